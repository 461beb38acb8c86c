// The baseline Full: ResNeXt as published, with which the branch form agrees when all gates are open (PAPER section 3).
using GateConnect.Architecture;
using GateConnect.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>A ResNeXt. Owns its weights: dispose it. Keys as <see cref="BranchNetwork"/>.</summary>
public sealed class ResNeXt : nn.Module<Tensor, Tensor>
{
    internal readonly Stem stem;
    internal new readonly ModuleList<ResNeXtModule> modules;
    internal readonly Head head;
    private readonly RecomputationPlan? recomputation;

    private ResNeXt(NetworkBlueprint blueprint, NetworkOptions options)
        : base(nameof(ResNeXt))
    {
        (Blueprint, Options) = (blueprint, options);
        stem = new Stem(blueprint, options.Precision, options.Device);
        modules = new ModuleList<ResNeXtModule>();
        foreach (var module in blueprint.Modules)
        {
            modules.append(new ResNeXtModule(module, options.Precision, options.Device));
        }
        head = new Head(blueprint, options.Precision, options.Device);
        recomputation = options.Activations == ActivationPolicy.Recompute ? RecomputationPlan.Of(blueprint, NetworkForm.ResNeXt) : null;
        RegisterComponents();
    }

    /// <summary>The network's plan.</summary>
    public NetworkBlueprint Blueprint { get; }

    /// <summary>How the network was built.</summary>
    public NetworkOptions Options { get; }

    /// <summary>A network with fresh weights: He initialisation, the same weights that the branch form gets from these seeds.</summary>
    public static ResNeXt Create(NetworkBlueprint blueprint, Seeds seeds, NetworkOptions options)
    {
        var network = Empty(blueprint, options);
        WeightInitialisation.Apply(network, seeds, lastNormScale: 1.0);
        return network;
    }

    /// <summary>The same without weights (all zero), for weights that come from elsewhere.</summary>
    internal static ResNeXt Empty(NetworkBlueprint blueprint, NetworkOptions options) => new(blueprint, options);

    /// <summary>The class scores of a batch of normalised images.</summary>
    /// <param name="input">[N, image channels, H, W].</param>
    /// <returns>Logits, [N, classes]; belongs to the caller's scope.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = stem.call(input);                                           // [N, d, H, W]
        x = RecomputedPass.Apply(recomputation, modules, x, (index, read) => modules[index].call(read)); // [N, d', H', W']
        return head.call(x).MoveToOuterDisposeScope();                      // [N, classes]
    }
}

// The network that GateConnect learns: C residual blocks per module, each reading the branches its gates name.
//
// Shapes in this folder: N images, C branches (blocks) of a module, d output channels of a block, w bottleneck
// width, H x W pixels. Wide tensors are [C, N, d, H, W]: one contiguous [N, d, H, W] tensor per branch. Thin ones
// are [N, C*w, H, W]: the branches as channel groups.
using GateConnect.Architecture;
using GateConnect.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>
/// A multi-branch network in the branch form (PAPER section 3). Owns its weights and gates: dispose it.
/// Keys: <c>stem.*</c>, <c>modules.i.*</c>, <c>head.*</c>.
/// </summary>
public sealed class BranchNetwork : nn.Module<Tensor, Tensor>
{
    internal readonly Stem stem;
    internal new readonly ModuleList<BlockBank> modules;
    internal readonly Head head;

    private BranchNetwork(NetworkBlueprint blueprint, int fanIn, NetworkOptions options)
        : base(nameof(BranchNetwork))
    {
        (Blueprint, FanIn, Options) = (blueprint, fanIn, options);
        stem = new Stem(blueprint, options.Precision, options.Device);
        modules = new ModuleList<BlockBank>();
        foreach (var module in blueprint.Modules)
        {
            var readerFanIn = module.Index == blueprint.Modules.Count - 1 ? module.Blocks : fanIn;
            modules.append(new BlockBank(module, readerFanIn, options.LastNormAffine, options.Precision, options.Device));
        }
        head = new Head(blueprint, options.Precision, options.Device);
        Gates = new ConnectionGates(blueprint, options.Precision, options.Device);
        Recomputation = options.Activations == ActivationPolicy.Recompute ? RecomputationPlan.Of(blueprint, NetworkForm.Branches) : null;
        RegisterComponents();
    }

    /// <summary>The network's plan.</summary>
    public NetworkBlueprint Blueprint { get; }

    /// <summary>K: how many branches every block reads.</summary>
    public int FanIn { get; }

    /// <summary>How the network was built.</summary>
    public NetworkOptions Options { get; }

    /// <summary>The gates, owned by the network.</summary>
    public ConnectionGates Gates { get; }

    /// <summary>What a training step makes again; null where it keeps everything.</summary>
    internal RecomputationPlan? Recomputation { get; }

    /// <summary>A network with fresh weights, wired as the rule starts: random where it is learned.</summary>
    /// <param name="blueprint">The plan.</param>
    /// <param name="rule">Any but <see cref="ConnectivityRule.Full"/>, which is a <see cref="ResNeXt"/>.</param>
    /// <param name="seeds">Where weights and wiring come from: equal seeds give equal weights under every rule.</param>
    /// <exception cref="ConfigurationException">The rule does not fit the cardinality, or is Full.</exception>
    /// <exception cref="RuntimeUnavailableException">libtorch cannot be loaded.</exception>
    public static BranchNetwork Create(NetworkBlueprint blueprint, ConnectivityRule rule, Seeds seeds)
    {
        TorchRuntime.EnsureLoaded();
        return Create(blueprint, rule, seeds, NetworkOptions.Default);
    }

    /// <summary>The same with other than the usual options.</summary>
    /// <param name="blueprint">The plan.</param>
    /// <param name="rule">Any but <see cref="ConnectivityRule.Full"/>.</param>
    /// <param name="seeds">Where weights and wiring come from.</param>
    /// <param name="options">Precision, device, affine.</param>
    /// <exception cref="ConfigurationException">The rule does not fit the cardinality, or is Full.</exception>
    public static BranchNetwork Create(
        NetworkBlueprint blueprint, ConnectivityRule rule, Seeds seeds, NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        List<string> mistakes = [.. rule.Mistakes(blueprint.Size.Cardinality)];
        if (rule.Kind == ConnectivityKind.Full)
        {
            mistakes.Add("connectivity: Full is ResNeXt as published and has no gates; take FullBranches, or ResNeXt.Create");
        }
        if (mistakes.Count > 0)
        {
            throw new ConfigurationException(mistakes);
        }
        return Create(blueprint, rule.InitialWiring(blueprint, seeds), seeds, options);
    }

    /// <summary>A network with fresh weights and the given wiring; He initialisation, last norms at 1/sqrt(K).</summary>
    /// <param name="blueprint">The plan.</param>
    /// <param name="connectivity">The wiring to start with; its fan-in is the network's.</param>
    /// <param name="seeds">Where the weights come from: equal seeds give equal weights, whatever the wiring.</param>
    /// <param name="options">Precision, device, affine.</param>
    /// <exception cref="ArgumentException">The wiring does not fit the blueprint.</exception>
    public static BranchNetwork Create(
        NetworkBlueprint blueprint, Connectivity connectivity, Seeds seeds, NetworkOptions options)
    {
        var network = Empty(blueprint, connectivity, options);
        WeightInitialisation.Apply(network, seeds, lastNormScale: 1.0 / Math.Sqrt(network.FanIn));
        return network;
    }

    /// <summary>The same without weights (all zero), for weights that come from elsewhere.</summary>
    internal static BranchNetwork Empty(NetworkBlueprint blueprint, Connectivity connectivity, NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        if (!connectivity.Fits(blueprint))
        {
            throw new ArgumentException("the wiring does not fit the blueprint's modules", nameof(connectivity));
        }
        var fanIn = connectivity.Modules.IsEmpty ? blueprint.Modules[0].Blocks : connectivity.Modules[0].FanIn;
        var network = new BranchNetwork(blueprint, fanIn, options);
        network.Gates.Fix(connectivity);
        return network;
    }

    /// <summary>Who reads whom, as the gates stand: after training, what was learned.</summary>
    /// <exception cref="InvalidOperationException">Gates are neither 0 nor 1: they are still being learned.</exception>
    public Connectivity Wiring() => Gates.Read();

    /// <summary>The class scores of a batch of normalised images.</summary>
    /// <param name="input">[N, image channels, H, W].</param>
    /// <returns>Logits, [N, classes]; belongs to the caller's scope.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        if (FusedPass.Supports(Options, Blueprint.Size))
        {
            return head.call(FusedPass.Apply(this, stem.call(input))).MoveToOuterDisposeScope(); // [N, classes]
        }
        var x = stem.call(input).unsqueeze(0);                              // [1, N, d, H, W]
        x = RecomputedPass.Apply(Recomputation, modules, x, Module);        // [N, d', H', W']
        return head.call(x).MoveToOuterDisposeScope();                      // [N, classes]
    }

    // From what module index reads, [C, N, d, H, W], to what is read of it.
    private Tensor Module(int index, Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = modules[index].call(x);                                     // [C, N, d', H', W']
        var next = index + 1 < modules.Count
            ? GatedAggregation.Apply(y, Gates.Of(index + 1))                // [readers, N, d', H', W']
            : GatedAggregation.ApplyAll(y);                                 // [N, d', H', W']
        return next.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Gates.Dispose();
        }
        base.Dispose(disposing);
    }
}

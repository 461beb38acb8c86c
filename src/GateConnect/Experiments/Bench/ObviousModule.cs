// C blocks and their shortcut, a tensor per branch: y_k = S(x_k)/K + F_k(x_k) of PAPER section 3.
using GateConnect.Architecture;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Experiments.Bench;

/// <summary>A module of separate blocks. One projection serves all branches, as in ours.</summary>
internal sealed class ObviousModule : nn.Module<Tensor[], Tensor[]>
{
    internal readonly ModuleList<ObviousBlock> blocks = new();
    internal readonly Conv2d? projection;
    internal readonly BatchNorm2d? projectionNorm;
    private readonly double shortcutShare;

    /// <param name="module">The module's plan.</param>
    /// <param name="readerFanIn">K of the next module, or C for the head.</param>
    internal ObviousModule(ModuleBlueprint module, int readerFanIn)
        : base(nameof(ObviousModule))
    {
        shortcutShare = 1.0 / readerFanIn;
        for (var block = 0; block < module.Blocks; block++)
        {
            blocks.append(new ObviousBlock(module));
        }
        if (module.HasProjection)
        {
            projection = nn.Conv2d(module.InputChannels, module.OutputChannels, kernel_size: 1L, stride: module.Stride, bias: false);
            projectionNorm = nn.BatchNorm2d(module.OutputChannels);
        }
        RegisterComponents();
    }

    /// <param name="input">x, one [N, d_in, H, W] per branch, or a single one that all branches read.</param>
    /// <returns>y, one [N, d, H', W'] per branch.</returns>
    public override Tensor[] forward(Tensor[] input)
    {
        using var scope = NewDisposeScope();
        using Scalar share = shortcutShare; // held while libtorch reads it (docs/memory.md)
        var identities = Shortcuts(input);
        var outputs = new Tensor[blocks.Count];
        for (var block = 0; block < outputs.Length; block++)
        {
            var residual = blocks[block].call(input[input.Length == 1 ? 0 : block]);
            outputs[block] = residual.add(identities[input.Length == 1 ? 0 : block], alpha: share).MoveToOuterDisposeScope();
        }
        return outputs;
    }

    // The statistics of the shared norm are pooled over the branches, so they are projected together.
    private Tensor[] Shortcuts(Tensor[] input) => projection is null || projectionNorm is null
        ? input
        : projectionNorm.call(projection.call(input.Length == 1 ? input[0] : cat(input, 0))).chunk(input.Length, 0);
}

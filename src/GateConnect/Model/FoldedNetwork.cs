// A trained network for inference alone: every norm is folded into the convolution before it, weights are packed once, and
// activations live in an arena that is planned for a batch size. Kernels do the modules; torch does the stem and the head.
using GateConnect.Architecture;
using GateConnect.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>
/// Class scores of a network as it was when this was made, without gradients. Owns its weights and memory: dispose it. Not for
/// two threads at once. It plans anew when the shape of the batch changes.
/// </summary>
public sealed class FoldedNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Tensor stemWeights;
    private readonly Tensor stemBias;
    private readonly StemBlueprint stemPlan;
    private readonly Tensor headWeights;
    private readonly Tensor headBias;
    private readonly FoldedModule[] banks;
    private readonly BlockKernels kernels;
    private FoldedPlan? plan;

    private FoldedNetwork(BranchNetwork network)
        : base(nameof(FoldedNetwork))
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using Scalar one = 1.0; // held while libtorch reads it (docs/memory.md)
        kernels = network.Options.Width;
        stemPlan = network.Blueprint.Stem;
        var (slope, shift) = network.stem.norm.FoldRunning();
        stemWeights = Own(network.stem.weight.mul(slope.view(-1, 1, 1, 1)));
        stemBias = Own(shift);
        (headWeights, headBias) = (Own(network.head.weight.mul(one)), Own(network.head.bias.mul(one)));
        banks = [.. network.modules.Select((bank, index) => new FoldedModule(
            bank, index + 1 < network.modules.Count ? network.Gates.Of(index + 1) : ones(1, bank.expand.shape[0])))];
        eval();
    }

    /// <summary>Folds a network with float32 weights on the CPU; it stays as it is.</summary>
    /// <param name="network">Any mode; its running statistics are what is folded.</param>
    /// <exception cref="ArgumentException">Its weights are not float32, or not on the CPU.</exception>
    public static FoldedNetwork Create(BranchNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.Options.Precision != ScalarType.Float32 || network.Options.Device.type != DeviceType.CPU)
        {
            throw new ArgumentException(
                $"folding takes float32 weights on the CPU, not {network.Options.Precision} on {network.Options.Device}", nameof(network));
        }
        return new FoldedNetwork(network);
    }

    /// <summary>The class scores of a batch of normalised images.</summary>
    /// <param name="input">[N, image channels, H, W].</param>
    /// <returns>Logits, [N, classes]; belongs to the caller's scope.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var stem = Stem.Pool(stemPlan, Stem.Convolve(stemPlan, input, stemWeights, stemBias).relu_()); // [N, d, H, W]
        if (plan is null || !plan.Fits(stem.shape))
        {
            plan?.Dispose();
            plan = new FoldedPlan(banks, (int)stem.shape[0], (int)stem.shape[2], (int)stem.shape[3], kernels, get_num_threads());
        }
        return Head.Classify(plan.Run(stem), headWeights, headBias).MoveToOuterDisposeScope(); // [N, classes]
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            plan?.Dispose();
            foreach (var module in banks)
            {
                module.Dispose();
            }
            foreach (var tensor in new[] { stemWeights, stemBias, headWeights, headBias })
            {
                tensor.Dispose();
            }
        }
        base.Dispose(disposing);
    }

    /// <summary>Takes a tensor out of every scope.</summary>
    internal static Tensor Own(Tensor tensor) => tensor.contiguous().DetachFromDisposeScope();
}

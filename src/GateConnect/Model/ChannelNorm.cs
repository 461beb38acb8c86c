// Batch normalisation over channels, with running statistics: the BN of PAPER section 3 wherever it is followed by
// a ReLU or stands in the shortcut. The last norm of a branch is BranchNorm, which never sees its input.
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Batch norm of [N, channels, H, W]; keys <c>weight</c>, <c>bias</c>, <c>runningMean</c>, <c>runningVariance</c>, all [channels].</summary>
internal sealed class ChannelNorm : nn.Module<Tensor, Tensor>
{
    /// <summary>The weight of the newest batch in the running statistics.</summary>
    internal const double Momentum = 0.1;

    /// <summary>Added to every variance before its root is taken.</summary>
    internal const double Epsilon = 1e-5;

    internal readonly Parameter weight;
    internal readonly Parameter bias;
    internal readonly Tensor runningMean;
    internal readonly Tensor runningVariance;

    internal ChannelNorm(int channels, ScalarType dtype, Device device)
        : base(nameof(ChannelNorm))
    {
        weight = nn.Parameter(torch.ones(channels, dtype, device));
        bias = nn.Parameter(torch.zeros(channels, dtype, device));
        runningMean = torch.zeros(channels, dtype, device);
        runningVariance = torch.ones(channels, dtype, device);
        RegisterComponents();
    }

    /// <summary>The norm as slope and shift, for inputs that are never normalised in a pass of their own.</summary>
    /// <param name="mean">The batch's mean, [channels]; read in training mode only, as the others.</param>
    /// <param name="variance">The batch's biased variance, [channels].</param>
    /// <param name="count">Values of a channel that they were taken over.</param>
    /// <returns>[channels] each, such that slope x + shift = BN(x); training mode moves the running statistics.</returns>
    internal (Tensor Slope, Tensor Shift) Fold(Tensor mean, Tensor variance, double count)
    {
        if (!training)
        {
            return FoldRunning();
        }
        MoveStatistics(mean, variance, count);
        return FoldBy(mean, variance);
    }

    /// <summary>The norm as slope and shift by the statistics kept from training.</summary>
    internal (Tensor Slope, Tensor Shift) FoldRunning() => FoldBy(runningMean, runningVariance);

    private (Tensor Slope, Tensor Shift) FoldBy(Tensor mean, Tensor variance)
    {
        using Scalar epsilon = Epsilon, one = 1.0; // held while libtorch reads them (docs/memory.md)
        var slope = weight * variance.add(epsilon, one).rsqrt();
        return (slope, bias - (mean * slope));
    }

    /// <summary>Moves the running statistics towards those of a batch.</summary>
    internal void MoveStatistics(Tensor mean, Tensor variance, double count)
    {
        using var frozen = no_grad();
        using Scalar old = 1 - Momentum, fresh = Momentum, freshUnbiased = Momentum * (count > 1 ? count / (count - 1) : 1.0);
        runningMean.mul_(old).add_(mean, alpha: fresh);
        runningVariance.mul_(old).add_(variance, alpha: freshUnbiased);
    }

    public override Tensor forward(Tensor input) => nn.functional.batch_norm(
        input, runningMean, runningVariance, weight, bias, training, Momentum, Epsilon);
}

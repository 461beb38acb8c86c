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

    public override Tensor forward(Tensor input) => nn.functional.batch_norm(
        input, runningMean, runningVariance, weight, bias, training, Momentum, Epsilon);
}

// ReLU BN of a thin tensor on the fast path, with its parameters' gradients.
using GateConnect.Kernels;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>One use of a <see cref="ChannelNorm"/> in a pass.</summary>
internal sealed unsafe class FusedNorm
{
    private readonly ChannelNorm norm;
    private readonly FusedPass pass;
    private readonly Tensor input;
    private readonly Tensor mean;
    private readonly Tensor variance;

    /// <param name="norm">Its affine and running statistics; in training mode these are moved.</param>
    /// <param name="input">x, [N, channels, H, W].</param>
    /// <param name="pass">The pass that it is part of.</param>
    internal FusedNorm(ChannelNorm norm, Tensor input, FusedPass pass)
    {
        (this.norm, this.pass, this.input) = (norm, pass, input);
        if (!norm.training)
        {
            (mean, variance) = (norm.runningMean, norm.runningVariance);
            return;
        }
        (mean, variance) = (pass.Keep(empty_like(norm.runningMean)), pass.Keep(empty_like(norm.runningVariance)));
        pass.Kernels.Measure(Normalisation(), pass.Workers);
        norm.MoveStatistics(mean, variance, Normalisation().Count);
    }

    /// <summary>y = ReLU(BN(x)), [N, channels, H, W].</summary>
    internal Tensor Forward()
    {
        var output = pass.Keep(empty_like(input));
        pass.Kernels.Normalise(Normalisation(), output.Floats(), pass.Workers);
        return output;
    }

    /// <summary>dx from dy, [N, channels, H, W] each; the affine gets its gradients.</summary>
    internal Tensor Backward(Tensor outputGradient)
    {
        Tensor dx = empty_like(input), dweight = empty_like(norm.weight), dbias = empty_like(norm.bias);
        pass.Kernels.NormaliseBackward(
            Normalisation(),
            new NormalisationGradients
            {
                Output = outputGradient.Floats(),
                Input = dx.Floats(),
                Weight = dweight.Floats(),
                Bias = dbias.Floats(),
            },
            norm.training ? StatisticsOrigin.Batch : StatisticsOrigin.Running,
            pass.Workers);
        FusedPass.AddGradient(norm.weight, dweight);
        FusedPass.AddGradient(norm.bias, dbias);
        return dx;
    }

    private Normalisation Normalisation() => new()
    {
        Epsilon = (float)ChannelNorm.Epsilon,
        Images = (int)input.shape[0],
        Channels = (int)input.shape[1],
        PixelsPerImage = (int)(input.shape[2] * input.shape[3]),
        Input = input.Floats(),
        Weight = norm.weight.Floats(),
        Bias = norm.bias.Floats(),
        Mean = mean.Floats(),
        Variance = variance.Floats(),
    };
}

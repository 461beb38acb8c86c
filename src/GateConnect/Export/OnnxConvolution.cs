// A convolution and the batch norm after it, as nodes: one where the norm is folded, W' = W g / sqrt(v + eps) and
// b' = b - m g / sqrt(v + eps), else two. Folding is done in double precision and rounded once.
using GateConnect.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Export;

/// <summary>Convolutions of a graph.</summary>
/// <param name="graph">Where nodes are added.</param>
/// <param name="form">Whether norms are folded.</param>
internal sealed class OnnxConvolution(OnnxGraph graph, OnnxNorms form)
{
    /// <summary>Adds convolution and norm.</summary>
    /// <param name="name">Of the convolution; the norm's ends in <c>.norm</c>.</param>
    /// <param name="input">What is read.</param>
    /// <param name="kernel">Weights and geometry.</param>
    /// <param name="norm">The norm of its outputs.</param>
    internal string Add(string name, string input, OnnxKernel kernel, OnnxNorm norm)
    {
        if (form == OnnxNorms.Folded)
        {
            var (slope, shift) = norm.Fold();
            var weight = graph.Constant($"{name}.weight", kernel.Weight.to(ScalarType.Float64) * slope.view(-1, 1, 1, 1));
            return Convolve(name, [input, weight, graph.Constant($"{name}.bias", shift)], kernel);
        }
        var convolved = Convolve(name, [input, graph.Constant($"{name}.weight", kernel.Weight)], kernel);
        return graph.Node(
            $"{name}.norm", "BatchNormalization",
            [
                convolved, graph.Constant($"{name}.norm.scale", norm.Scale), graph.Constant($"{name}.norm.bias", norm.Bias),
                graph.Constant($"{name}.norm.mean", norm.Mean), graph.Constant($"{name}.norm.variance", norm.Variance),
            ],
            OnnxGraph.Attribute("epsilon", (float)ChannelNorm.Epsilon));
    }

    private string Convolve(string name, string[] inputs, OnnxKernel kernel)
    {
        long side = kernel.Weight.shape[2], padding = side / 2;
        return graph.Node(
            name, "Conv", inputs,
            OnnxGraph.Attribute("group", (long)kernel.Groups),
            OnnxGraph.Attribute("kernel_shape", side, side),
            OnnxGraph.Attribute("pads", padding, padding, padding, padding),
            OnnxGraph.Attribute("strides", kernel.Stride, kernel.Stride));
    }
}

/// <summary>A convolution; the tensor stays the caller's.</summary>
/// <param name="Weight">[outputs, inputs / groups, side, side]; padded by side / 2.</param>
/// <param name="Stride">1 or 2.</param>
/// <param name="Groups">Of channels that do not see each other.</param>
internal sealed record OnnxKernel(Tensor Weight, int Stride = 1, int Groups = 1);

/// <summary>A batch norm in evaluation; tensors of [channels], which stay the caller's.</summary>
internal sealed record OnnxNorm(Tensor Scale, Tensor Bias, Tensor Mean, Tensor Variance)
{
    /// <summary>The norm over channels.</summary>
    internal static OnnxNorm Of(ChannelNorm norm) => new(norm.weight, norm.bias, norm.runningMean, norm.runningVariance);

    /// <summary>The last norm of all branches, [C, d] flattened, what it gives times <paramref name="factor"/>.</summary>
    internal static OnnxNorm Of(BranchNorm norm, double factor)
    {
        using Scalar scalar = factor; // held while libtorch reads it (docs/memory.md)
        var shape = norm.runningMean.shape;
        return new OnnxNorm(
            norm.weight.mul(scalar).expand(shape).flatten(), norm.bias.mul(scalar).expand(shape).flatten(),
            norm.runningMean.flatten(), norm.runningVariance.flatten());
    }

    /// <summary>Slope and shift in double precision.</summary>
    internal (Tensor Slope, Tensor Shift) Fold()
    {
        using Scalar epsilon = ChannelNorm.Epsilon, one = 1.0; // held while libtorch reads them (docs/memory.md)
        var slope = Scale.to(ScalarType.Float64) * Variance.to(ScalarType.Float64).add(epsilon, one).rsqrt();
        return (slope, Bias.to(ScalarType.Float64) - (Mean.to(ScalarType.Float64) * slope));
    }
}

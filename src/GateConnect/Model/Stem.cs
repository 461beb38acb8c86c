// The first convolution of PAPER section 4, which the first module's blocks all read.
using GateConnect.Architecture;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Convolution, norm, ReLU and, for large images, max-pool. Keys: <c>weight</c> [channels, image channels, k, k], <c>norm.*</c>.</summary>
internal sealed class Stem : nn.Module<Tensor, Tensor>
{
    internal readonly Parameter weight;
    internal readonly ChannelNorm norm;
    private readonly StemBlueprint plan;

    internal Stem(NetworkBlueprint blueprint, ScalarType dtype, Device device)
        : base(nameof(Stem))
    {
        plan = blueprint.Stem;
        weight = nn.Parameter(
            torch.zeros([plan.Channels, blueprint.Image.Channels, plan.Kernel, plan.Kernel], dtype, device));
        norm = new ChannelNorm(plan.Channels, dtype, device);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images) =>
        Pool(plan, nn.functional.relu(norm.call(Convolve(plan, images, weight, bias: null))));

    /// <summary>The convolution, [N, channels, H', W'].</summary>
    internal static Tensor Convolve(StemBlueprint plan, Tensor images, Tensor weight, Tensor? bias)
    {
        long stride = plan.Stride, padding = plan.Kernel / 2;
        return nn.functional.conv2d(images, weight, bias, strides: [stride, stride], padding: [padding, padding]);
    }

    /// <summary>The max-pool, where the plan has one.</summary>
    internal static Tensor Pool(StemBlueprint plan, Tensor features) => plan.MaxPool
        ? nn.functional.max_pool2d(features, kernel_size: 3, stride: 2, padding: 1)
        : features;
}

// What all forms of a block share (PAPER section 3): r = ReLU BN(3x3, w) . ReLU BN(1x1 -> w), for all branches of a
// module at once. The thin tensors of the branches lie beside each other as channel groups of one tensor.
using GateConnect.Architecture;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>
/// The thin part of a module's blocks. Keys: <c>reduce</c> [C, w, d_in], <c>reduceNorm.*</c> [C*w],
/// <c>convolve</c> [C*w, w, 3, 3], <c>convolveNorm.*</c> [C*w].
/// </summary>
internal sealed class BottleneckTrunk : nn.Module<Tensor, Tensor>
{
    internal readonly Parameter reduce;
    internal readonly ChannelNorm reduceNorm;
    internal readonly Parameter convolve;
    internal readonly ChannelNorm convolveNorm;
    private readonly long blocks;
    private readonly long stride;

    internal BottleneckTrunk(ModuleBlueprint module, ScalarType dtype, Device device)
        : base(nameof(BottleneckTrunk))
    {
        (blocks, stride) = (module.Blocks, module.Stride);
        var width = module.BottleneckWidth;
        reduce = nn.Parameter(torch.zeros([blocks, width, module.InputChannels], dtype, device));
        reduceNorm = new ChannelNorm(module.Blocks * width, dtype, device);
        convolve = nn.Parameter(torch.zeros([blocks * width, width, 3, 3], dtype, device));
        convolveNorm = new ChannelNorm(module.Blocks * width, dtype, device);
        RegisterComponents();
    }

    /// <summary>The thin tensors of all branches.</summary>
    /// <param name="input">[C, N, d_in, H, W], or [1, N, d_in, H, W] where all branches read one tensor.</param>
    /// <returns>r, [N, C*w, H', W'].</returns>
    public override Tensor forward(Tensor input)
    {
        var thin = nn.functional.relu(reduceNorm.call(Reduce(input)));                              // [N, C*w, H, W]
        return nn.functional.relu(convolveNorm.call(Convolve(thin)));                               // [N, C*w, H', W']
    }

    /// <summary>1 or 2.</summary>
    internal int Stride => (int)stride;

    // On processors with AVX-512 libtorch 2.10 computes a 3x3 with one group wrongly where channels are no multiple of 16
    // (gradients of the input, and for some sizes the result itself); with two groups it is right. So one group goes twice.
    private Tensor Convolve(Tensor thin)
    {
        if (blocks > 1)
        {
            return nn.functional.conv2d(thin, convolve, strides: [stride, stride], padding: [1, 1], groups: blocks);
        }
        var twice = nn.functional.conv2d(
            torch.cat([thin, thin], 1), torch.cat([convolve, convolve], 0), strides: [stride, stride], padding: [1, 1], groups: 2);
        return twice.narrow(1, 0, convolve.shape[0]);
    }

    // A dense 1x1 per branch beats one grouped convolution or a batched product by 2 to 3 (docs/performance.md).
    internal Tensor Reduce(Tensor input)
    {
        if (input.shape[0] == 1)
        {
            return nn.functional.conv2d(input[0], reduce.flatten(0, 1).unsqueeze(-1).unsqueeze(-1)); // [N, C*w, H, W]
        }
        var inputs = input.unbind(0);                                                                // C x [N, d_in, H, W]
        var weights = reduce.unsqueeze(-1).unsqueeze(-1).unbind(0);                                  // C x [w, d_in, 1, 1]
        return torch.cat([.. inputs.Zip(weights, (one, weight) => nn.functional.conv2d(one, weight))], 1);
    }
}

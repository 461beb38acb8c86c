// S of PAPER section 3: the identity, or where width or stride change a 1x1 convolution and a batch norm. In the
// branch form one projection serves all branches of the module, its statistics pooled over their inputs.
using GateConnect.Architecture;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>A 1x1 projection with its norm. Keys: <c>weight</c> [d_out, d_in, 1, 1], <c>norm.*</c> [d_out].</summary>
internal sealed class Shortcut : nn.Module<Tensor, Tensor>
{
    internal readonly Parameter weight;
    internal readonly ChannelNorm norm;
    private readonly long stride;

    internal Shortcut(ModuleBlueprint module, ScalarType dtype, Device device)
        : base(nameof(Shortcut))
    {
        stride = module.Stride;
        weight = nn.Parameter(torch.zeros([module.OutputChannels, module.InputChannels, 1, 1], dtype, device));
        norm = new ChannelNorm(module.OutputChannels, dtype, device);
        RegisterComponents();
    }

    /// <summary>1 or 2: every so many pixels one is read.</summary>
    internal int Stride => (int)stride;

    /// <summary>Projects every input with the same weights.</summary>
    /// <param name="input">[B, N, d_in, H, W], B = 1 or C.</param>
    /// <returns>[B, N, d_out, H', W'].</returns>
    public override Tensor forward(Tensor input)
    {
        var pooled = input.flatten(0, 1);                                                     // [B*N, d_in, H, W]
        var projected = norm.call(nn.functional.conv2d(pooled, weight, strides: [stride, stride])); // [B*N, d_out, H', W']
        return projected.view(input.shape[0], input.shape[1], projected.shape[1], projected.shape[2], projected.shape[3]);
    }
}

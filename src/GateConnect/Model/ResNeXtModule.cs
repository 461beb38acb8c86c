// A module as ResNeXt publishes it (arXiv:1611.05431, form C): all blocks read one tensor, grouped 3x3, one batch
// norm after the sum. The parameters have the names and shapes of the branch form, so weights carry over.
using GateConnect.Architecture;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Keys as <see cref="BlockBank"/>; <c>expandNorm.*</c> is [d].</summary>
internal sealed class ResNeXtModule : nn.Module<Tensor, Tensor>
{
    internal readonly BottleneckTrunk trunk;
    internal readonly Parameter expand;
    internal readonly ChannelNorm expandNorm;
    internal readonly Shortcut? shortcut;

    internal ResNeXtModule(ModuleBlueprint module, ScalarType dtype, Device device)
        : base(nameof(ResNeXtModule))
    {
        trunk = new BottleneckTrunk(module, dtype, device);
        expand = nn.Parameter(
            torch.zeros([module.Blocks, module.OutputChannels, module.BottleneckWidth], dtype, device));
        expandNorm = new ChannelNorm(module.OutputChannels, dtype, device);
        if (module.HasProjection)
        {
            shortcut = new Shortcut(module, dtype, device);
        }
        RegisterComponents();
    }

    /// <param name="input">[N, d_in, H, W].</param>
    /// <returns>[N, d, H', W'], after the ReLU.</returns>
    public override Tensor forward(Tensor input)
    {
        var single = input.unsqueeze(0);                                            // [1, N, d_in, H, W]
        var thin = trunk.call(single);                                              // [N, C*w, H', W']
        var kernel = expand.permute(1, 0, 2).flatten(1, 2).unsqueeze(-1).unsqueeze(-1); // [d, C*w, 1, 1]
        var residual = expandNorm.call(nn.functional.conv2d(thin, kernel));         // [N, d, H', W']
        var identity = shortcut is null ? input : shortcut.call(single)[0];         // [N, d, H', W']
        using Scalar one = 1.0; // held while libtorch reads it (docs/memory.md)
        return nn.functional.relu(residual.add(identity, alpha: one));
    }
}

// One residual block as a textbook writes it: F of PAPER section 3 as six layers, each a module object.
using GateConnect.Architecture;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Experiments.Bench;

/// <summary>A bottleneck block without its shortcut: 1x1, 3x3, 1x1, each with a batch norm of its own.</summary>
internal sealed class ObviousBlock : nn.Module<Tensor, Tensor>
{
    internal readonly Conv2d reduce;
    internal readonly BatchNorm2d reduceNorm;
    internal readonly Conv2d convolve;
    internal readonly BatchNorm2d convolveNorm;
    internal readonly Conv2d expand;
    internal readonly BatchNorm2d expandNorm;

    internal ObviousBlock(ModuleBlueprint module)
        : base(nameof(ObviousBlock))
    {
        var width = module.BottleneckWidth;
        reduce = nn.Conv2d(module.InputChannels, width, kernel_size: 1L, bias: false);
        reduceNorm = nn.BatchNorm2d(width);
        convolve = nn.Conv2d(width, width, kernel_size: 3L, stride: module.Stride, padding: 1L, bias: false);
        convolveNorm = nn.BatchNorm2d(width);
        expand = nn.Conv2d(width, module.OutputChannels, kernel_size: 1L, bias: false);
        expandNorm = nn.BatchNorm2d(module.OutputChannels);
        RegisterComponents();
    }

    /// <param name="input">[N, d_in, H, W].</param>
    /// <returns>F(x), [N, d, H', W'].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var thin = nn.functional.relu(reduceNorm.call(reduce.call(input)), inplace: true);        // [N, w, H, W]
        thin = nn.functional.relu(convolveNorm.call(convolve.call(thin)), inplace: true);         // [N, w, H', W']
        return expandNorm.call(expand.call(thin)).MoveToOuterDisposeScope();                      // [N, d, H', W']
    }
}

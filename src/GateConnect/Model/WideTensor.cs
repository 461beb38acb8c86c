// A wide tensor in the layout of the kernels, with the sizes that the layout does not show.
using GateConnect.Kernels;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>[blocks, B, d, 64], see <see cref="PixelBlocks"/>.</summary>
internal sealed record WideTensor(Tensor Values, int Branches, int Channels, int Images, int Height, int Width)
{
    /// <summary>How its pixels fall into blocks.</summary>
    internal PixelBlocks Blocks => new(Images, Height * Width);

    /// <summary>Memory for one, its content undefined; belongs to the present scope.</summary>
    internal static WideTensor Empty(int branches, int channels, int images, int height, int width)
    {
        var blocks = new PixelBlocks(images, height * width);
        return new(empty([blocks.Count, branches, channels, PixelBlocks.Width], ScalarType.Float32), branches, channels, images, height, width);
    }

    /// <summary>From planes, [N, d, H, W], as one branch.</summary>
    internal static unsafe WideTensor Pack(Tensor planes, int workers)
    {
        using var scope = NewDisposeScope();
        var shape = planes.shape;
        var wide = Empty(1, (int)shape[1], (int)shape[0], (int)shape[2], (int)shape[3]);
        BlockKernels.Pack(planes.contiguous().Floats(), wide.Channels, wide.Blocks, wide.Values.Floats(), workers);
        wide.Values.MoveToOuterDisposeScope();
        return wide;
    }

    /// <summary>To planes, [N, d, H, W]; one branch only.</summary>
    internal unsafe Tensor Unpack(int workers)
    {
        var planes = empty([Images, Channels, Height, Width], ScalarType.Float32);
        BlockKernels.Unpack(Values.Floats(), Channels, Blocks, planes.Floats(), workers);
        return planes;
    }
}

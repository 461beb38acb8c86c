// Every stride-th pixel of a wide tensor as a tile; SpreadPixels is the way back. Where rows are long enough, eight pixels at a
// time are picked out of sixteen; else one by one.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GateConnect.Kernels;

/// <summary>Which pixels of its input a projection's output block reads; one for each worker.</summary>
internal sealed unsafe class SourcePixels
{
    private const int Width = PixelBlocks.Width;
    private const int Run = PixelRows.Run;

    private readonly Projection projection;
    private readonly int panel;
    private readonly long[] places = new long[Width]; // of the pixel of every lane, in x
    private readonly int[] spots = new int[Width];    // of every lane, in a tile in panels
    private readonly bool pairs;
    private int filled;

    /// <param name="projection">Sizes and x.</param>
    /// <param name="panel">P, pixels of a panel of the tiles.</param>
    internal SourcePixels(Projection projection, int panel)
    {
        (this.projection, this.panel, pairs) = (projection, panel, panel % Run == 0 && HasPairs(projection));
        for (var lane = 0; lane < Width; lane++)
        {
            spots[lane] = (lane / panel * panel * projection.InputChannels) + (lane % panel);
        }
    }

    /// <summary>Finds where the pixels that an output block reads stand, for branch 0 and channel 0.</summary>
    internal void Locate(int block)
    {
        filled = projection.OutputBlocks.Filled(block);
        for (var lane = 0; lane < filled; lane++)
        {
            var (image, pixel) = Math.DivRem(((long)block * Width) + lane, projection.OutputBlocks.PixelsPerImage);
            var (row, column) = Math.DivRem(pixel, projection.OutputWidth);
            var source = (image * projection.InputBlocks.PixelsPerImage)
                + (row * projection.Stride * projection.InputWidth) + (column * projection.Stride);
            places[lane] = projection.InputShape.Pixel(source);
        }
    }

    /// <summary>Copies them, of all channels of a branch, into a tile in panels, [64 / P, d_in, P]; padding becomes zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Pick(int branch, float* tile)
    {
        for (var channel = 0; channel < projection.InputChannels; channel++)
        {
            float* from = projection.Input + projection.InputShape.Row(branch, channel), to = tile + (channel * panel);
            if (pairs)
            {
                for (var lane = 0; lane < filled; lane += Run)
                {
                    PixelRows.Evens(from + places[lane]).Store(to + spots[lane]);
                }
            }
            else
            {
                for (var lane = 0; lane < filled; lane++)
                {
                    to[spots[lane]] = from[places[lane]];
                }
            }
            for (var lane = filled; lane < Width; lane++)
            {
                to[spots[lane]] = 0f;
            }
        }
    }

    /// <summary>Asks for the pixels of some channels of a branch, which will be picked soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Prefetch(int branch, int fromChannel, int toChannel)
    {
        for (var channel = fromChannel; pairs && channel < toChannel; channel++)
        {
            var from = projection.Input + projection.InputShape.Row(branch, channel);
            for (var lane = 0; lane < filled; lane += Run)
            {
                Sse.Prefetch1(from + places[lane]);
            }
        }
    }

    /// <summary>Whether eight pixels in turn are always every second one of sixteen that stand together.</summary>
    internal static bool HasPairs(Projection projection) => PixelRows.IsSupported && projection.Stride == 2
        && projection.OutputWidth % Run == 0 && projection.InputWidth == 2 * projection.OutputWidth;
}

// The way back of SourcePixels: what a projection read at every stride-th pixel gets its gradient there, the others none.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GateConnect.Kernels;

/// <summary>Which pixels of an input block a projection read, and where their gradients stand; one for each worker.</summary>
internal sealed unsafe class SpreadPixels
{
    private const int Width = PixelBlocks.Width;
    private const int Run = PixelRows.Run;

    private readonly Projection projection;
    private readonly float* gradient;
    private readonly int[] lanes = new int[Width];
    private readonly long[] places = new long[Width];
    private readonly bool pairs;
    private int count;

    /// <param name="projection">Sizes.</param>
    /// <param name="gradient">A wide tensor of C branches and d_in channels, of the output's pixels.</param>
    internal SpreadPixels(Projection projection, float* gradient)
    {
        this.gradient = gradient;
        (this.projection, pairs) = (projection, SourcePixels.HasPairs(projection));
    }

    /// <summary>Finds the pixels of an input block that were read, and the places of their gradients.</summary>
    /// <param name="block">Which.</param>
    /// <param name="tile">Of a slab, [C, 4, 64]; becomes zero.</param>
    internal void Locate(int block, float* tile)
    {
        count = 0;
        for (var lane = 0; lane < projection.InputBlocks.Filled(block); lane++)
        {
            var (image, pixel) = Math.DivRem(((long)block * Width) + lane, projection.InputBlocks.PixelsPerImage);
            var (row, column) = Math.DivRem(pixel, projection.InputWidth);
            if (row % projection.Stride != 0 || column % projection.Stride != 0)
            {
                continue;
            }
            var place = (image * projection.OutputBlocks.PixelsPerImage)
                + (row / projection.Stride * projection.OutputWidth) + (column / projection.Stride);
            lanes[count] = lane;
            places[count++] = projection.InputShape.Pixel(place);
        }
        new Span<float>(tile, projection.Branches * WideShape.SlabChannels * Width).Clear();
    }

    /// <summary>Copies the gradients of a slab to their pixels in a tile, [C, channels, 64], and asks for those of the next slab.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Spread(int channel, float* tile)
    {
        var rows = projection.Branches * projection.InputShape.ChannelsOfSlab(channel);
        var slab = gradient + projection.InputShape.Slab(0, channel);
        for (var row = 0; row < rows; row++, slab += Width, tile += Width)
        {
            if (pairs)
            {
                for (var index = 0; index < count; index += Run)
                {
                    Sse.Prefetch1(slab + places[index] + (rows * Width));
                    PixelRows.Spread(Vector256.Load(slab + places[index]), tile + lanes[index]);
                }
                continue;
            }
            for (var index = 0; index < count; index++)
            {
                tile[lanes[index]] = slab[places[index]];
            }
        }
    }
}

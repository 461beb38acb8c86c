// Every stride-th pixel of a wide tensor as a tile, and back. Where rows are long enough, eight pixels at a time are
// picked out of sixteen; else one by one.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GateConnect.Kernels;

/// <summary>Which pixels of its input a projection's output block reads; one for each worker.</summary>
internal sealed unsafe class SourcePixels
{
    private const int Width = PixelBlocks.Width;
    private const int Run = 8;

    private readonly Projection projection;
    private readonly long[] pixels = new long[Width];
    private readonly bool pairs;
    private int filled;

    internal SourcePixels(Projection projection)
    {
        this.projection = projection;
        pairs = Avx2.IsSupported && projection.Stride == 2
            && projection.OutputWidth % Run == 0 && projection.InputWidth == 2 * projection.OutputWidth;
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
            pixels[lane] = (source / Width * projection.InputShape.BlockLength) + (source % Width);
        }
    }

    /// <summary>Copies them, of all channels of a branch, into a tile, [d_in, 64]; padding becomes zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Pick(float* source, int branch, float* tile)
    {
        for (var channel = 0; channel < projection.InputChannels; channel++)
        {
            float* from = source + projection.InputShape.Row(branch, channel), to = tile + (channel * Width);
            if (pairs)
            {
                for (var lane = 0; lane < filled; lane += Run)
                {
                    PickEight(from + pixels[lane]).Store(to + lane);
                }
            }
            else
            {
                for (var lane = 0; lane < filled; lane++)
                {
                    to[lane] = from[pixels[lane]];
                }
            }
            new Span<float>(to + filled, Width - filled).Clear();
        }
    }

    /// <summary>Asks for the pixels of some channels of a branch, which will be picked soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Prefetch(float* source, int branch, int fromChannel, int toChannel)
    {
        for (var channel = fromChannel; pairs && branch < projection.Branches && channel < toChannel; channel++)
        {
            var from = source + projection.InputShape.Row(branch, channel);
            for (var lane = 0; lane < filled; lane += Run)
            {
                Sse.Prefetch1(from + pixels[lane]);
            }
        }
    }

    /// <summary>Adds a tile to where <see cref="Pick"/> found its pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Return(float* tile, int branch, float* target)
    {
        for (var channel = 0; channel < projection.InputChannels; channel++)
        {
            float* from = tile + (channel * Width), to = target + projection.InputShape.Row(branch, channel);
            if (pairs)
            {
                for (var lane = 0; lane < filled; lane += Run)
                {
                    AddEight(Vector256.Load(from + lane), to + pixels[lane]);
                }
            }
            else
            {
                for (var lane = 0; lane < filled; lane++)
                {
                    to[pixels[lane]] += from[lane];
                }
            }
        }
    }

    // Numbers 0, 2, ... 14.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> PickEight(float* from)
    {
        var even = Avx.Shuffle(Vector256.Load(from), Vector256.Load(from + 8), 0x88);   // 0 2 8 10 | 4 6 12 14
        return Avx2.Permute4x64(even.AsDouble(), 0xD8).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddEight(Vector256<float> values, float* to)
    {
        var spread = Avx2.Permute4x64(values.AsDouble(), 0xD8).AsSingle();              // 0 1 4 5 | 2 3 6 7
        var low = Avx.UnpackLow(spread, Vector256<float>.Zero);                         // 0 . 1 . | 2 . 3 .
        var high = Avx.UnpackHigh(spread, Vector256<float>.Zero);                       // 4 . 5 . | 6 . 7 .
        (Vector256.Load(to) + low).Store(to);
        (Vector256.Load(to + 8) + high).Store(to + 8);
    }
}

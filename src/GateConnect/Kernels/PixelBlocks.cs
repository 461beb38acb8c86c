// The layout that kernels work on. The pixels of all images of a batch stand in one row, cut into blocks of 64; a wide
// tensor is [blocks, B branches, d channels, 64 pixels], so that all that a step needs of a block lies in one piece
// and 64 pixels fill four AVX-512 registers. In planes of their own, 512 channels 4 KiB apart would share a few sets
// of the cache. Thin tensors keep torch's [N, channels, H, W]; a block's share of one is copied to a tile and back.
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

/// <summary>How N images of H*W pixels fall into blocks; the last block may be part empty, its rest being zero.</summary>
/// <param name="Images">N.</param>
/// <param name="PixelsPerImage">H*W.</param>
internal readonly record struct PixelBlocks(int Images, int PixelsPerImage)
{
    /// <summary>Pixels in a block.</summary>
    internal const int Width = 64;

    /// <summary>N*H*W.</summary>
    internal long Pixels => (long)Images * PixelsPerImage;

    /// <summary>How many blocks.</summary>
    internal int Count => checked((int)((Pixels + Width - 1) / Width));

    /// <summary>Pixels of a block that exist; the others are padding.</summary>
    internal int Filled(int block) => (int)Math.Min(Width, Pixels - ((long)block * Width));

    /// <summary>Floats of a wide tensor.</summary>
    internal long WideLength(int branches, int channels) => (long)Count * branches * channels * Width;

    /// <summary>Copies a block's pixels of every channel out of a thin tensor.</summary>
    /// <param name="thin">[N, channels, H*W].</param>
    /// <param name="channels">Its channels.</param>
    /// <param name="block">Which block.</param>
    /// <param name="tile">[channels, 64]; padding becomes zero.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal unsafe void Gather(float* thin, int channels, int block, float* tile)
    {
        var done = 0;
        while (done < Filled(block))
        {
            var (place, run) = Locate(channels, block, done);
            for (var channel = 0; channel < channels; channel++)
            {
                PixelRows.Copy(thin + place + ((long)channel * PixelsPerImage), run, tile + (channel * Width) + done);
            }
            done += run;
        }
        for (var channel = 0; done < Width && channel < channels; channel++)
        {
            new Span<float>(tile + (channel * Width) + done, Width - done).Clear();
        }
    }

    /// <summary>Copies a tile back; its padding goes nowhere.</summary>
    /// <param name="tile">[channels, 64].</param>
    /// <param name="channels">Its channels.</param>
    /// <param name="block">Which block.</param>
    /// <param name="thin">[N, channels, H*W].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal unsafe void Scatter(float* tile, int channels, int block, float* thin)
    {
        var done = 0;
        while (done < Filled(block))
        {
            var (place, run) = Locate(channels, block, done);
            for (var channel = 0; channel < channels; channel++)
            {
                PixelRows.Copy(tile + (channel * Width) + done, run, thin + place + ((long)channel * PixelsPerImage));
            }
            done += run;
        }
    }

    /// <summary>Asks for a share of what <see cref="Gather"/> will read, if there is such a block.</summary>
    /// <param name="thin">[N, channels, H*W].</param>
    /// <param name="channels">Its channels.</param>
    /// <param name="block">Which block.</param>
    /// <param name="done">How much of the present block's work is done,</param>
    /// <param name="part">how much is about to be done,</param>
    /// <param name="whole">and how much it is in all: the share.</param>
    internal unsafe void Prefetch(float* thin, int channels, int block, int done, int part, int whole)
    {
        if (block >= Count)
        {
            return;
        }
        var (place, run) = Locate(channels, block, 0);
        for (var channel = done * channels / whole; channel < Math.Min(whole, done + part) * channels / whole; channel++)
        {
            PixelRows.Prefetch(thin + place + ((long)channel * PixelsPerImage), run);
        }
    }

    // Where the first channel of the block's pixel `done` stands, and how many of the block's pixels follow it in the same image.
    private (long Place, int Run) Locate(int channels, int block, int done)
    {
        var (image, pixel) = Math.DivRem(((long)block * Width) + done, PixelsPerImage);
        return ((image * channels * PixelsPerImage) + pixel, (int)Math.Min(Filled(block) - done, PixelsPerImage - pixel));
    }
}

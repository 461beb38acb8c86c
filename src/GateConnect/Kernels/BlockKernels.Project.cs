// The shared projection with its pooled statistics: forward reads every stride-th pixel of x and writes p, with sums and
// squares on the way; backward carries the gradients of mean and variance into dp, and gives dW and dx.
namespace GateConnect.Kernels;

internal sealed unsafe partial class BlockKernels<TSimd, TVector>
{
    /// <inheritdoc/>
    internal override void Project(Projection projection, float* mean, float* variance, int workers)
    {
        var (branches, inputs, outputs) = (projection.Branches, projection.InputChannels, projection.OutputChannels);
        var sums = new double[workers][];
        using var tiles = new Scratch(workers, (long)inputs * Width);
        Workers.Run(projection.OutputBlocks.Count, workers, (worker, from, to) =>
        {
            var sum = sums[worker] = new double[2 * outputs];
            var tile = tiles[worker];
            var pixels = new long[Width];
            for (var block = from; block < to; block++)
            {
                SourcePixels(projection, block, pixels);
                for (var branch = 0; branch < branches; branch++)
                {
                    var output = projection.Output + ((((long)block * branches) + branch) * outputs * Width);
                    Pick(projection.Input + (branch * inputs * Width), inputs, pixels, tile);
                    Tile<TSimd, TVector>.Multiply<Overwrite>(
                        outputs, projection.Weights, inputs, 1, tile, Width, inputs, output, Width);
                    for (var channel = 0; channel < outputs; channel++)
                    {
                        var row = output + (channel * Width);
                        sum[channel] += Tile<TSimd, TVector>.Sum(row);
                        sum[outputs + channel] += Tile<TSimd, TVector>.DotOne(row, row, Width);
                    }
                }
            }
        });
        for (var channel = 0; channel < outputs; channel++)
        {
            var average = sums.Sum(sum => sum?[channel] ?? 0) / projection.Pooled;
            mean[channel] = (float)average;
            variance[channel] = (float)Math.Max(0, (sums.Sum(sum => sum?[outputs + channel] ?? 0) / projection.Pooled) - (average * average));
        }
    }

    /// <inheritdoc/>
    internal override void ProjectBackward(
        Projection projection, float* mean, float* meanGradient, float* varianceGradient, float* outputGradient,
        float* weightGradient, float* inputGradient, int workers)
    {
        var (branches, inputs, outputs) = (projection.Branches, projection.InputChannels, projection.OutputChannels);
        long weights = (long)outputs * inputs;
        using var tiles = new Scratch(workers, (outputs + (2L * inputs)) * Width);
        using var sums = new Scratch(workers, weights);
        Workers.Run(projection.OutputBlocks.Count, workers, (worker, from, to) =>
        {
            float* dp = tiles[worker], x = dp + (outputs * Width), dx = x + (inputs * Width);
            var pixels = new long[Width];
            for (var block = from; block < to; block++)
            {
                SourcePixels(projection, block, pixels);
                var filled = projection.OutputBlocks.Filled(block);
                for (var branch = 0; branch < branches; branch++)
                {
                    var wide = (((long)block * branches) + branch) * outputs * Width;
                    for (var channel = 0; channel < outputs; channel++)
                    {
                        var row = wide + (channel * Width);
                        var slope = 2 * varianceGradient[channel] / (float)projection.Pooled;
                        var shift = (meanGradient[channel] / (float)projection.Pooled) - (slope * mean[channel]);
                        Tile<TSimd, TVector>.Affine(slope, shift, projection.Output + row, dp + (channel * Width));
                        new Span<float>(dp + (channel * Width) + filled, Width - filled).Clear();
                        var one = 1f;
                        Tile<TSimd, TVector>.Multiply<Accumulate>(1, &one, 0, 0, outputGradient + row, 0, 1, dp + (channel * Width), 0);
                    }
                    Pick(projection.Input + (branch * inputs * Width), inputs, pixels, x);
                    Tile<TSimd, TVector>.Dot(outputs, dp, Width, inputs, x, Width, Width, sums[worker], inputs, 1);
                    Tile<TSimd, TVector>.Multiply<Overwrite>(inputs, projection.Weights, 1, inputs, dp, Width, outputs, dx, Width);
                    Return(dx, inputs, pixels, inputGradient + (branch * inputs * Width));
                }
            }
        });
        sums.SumInto(0, weights, weightGradient);
    }

    // Where the pixels that an output block reads stand in x, for branch 0 and channel 0; -1 for padding.
    private static void SourcePixels(Projection projection, int block, long[] pixels)
    {
        var (width, perImage) = (projection.OutputWidth, projection.OutputBlocks.PixelsPerImage);
        var blockLength = (long)projection.Branches * projection.InputChannels * Width;
        for (var lane = 0; lane < Width; lane++)
        {
            var (image, pixel) = Math.DivRem(((long)block * Width) + lane, perImage);
            var (row, column) = Math.DivRem(pixel, width);
            var source = (image * projection.InputBlocks.PixelsPerImage)
                + (row * projection.Stride * projection.InputWidth) + (column * projection.Stride);
            pixels[lane] = lane < projection.OutputBlocks.Filled(block) ? (source / Width * blockLength) + (source % Width) : -1;
        }
    }

    private static void Pick(float* source, int channels, long[] pixels, float* tile)
    {
        for (var channel = 0; channel < channels; channel++)
        {
            var from = source + (channel * Width);
            var to = tile + (channel * Width);
            for (var lane = 0; lane < Width; lane++)
            {
                to[lane] = pixels[lane] < 0 ? 0f : from[pixels[lane]];
            }
        }
    }

    private static void Return(float* tile, int channels, long[] pixels, float* target)
    {
        for (var channel = 0; channel < channels; channel++)
        {
            var from = tile + (channel * Width);
            var to = target + (channel * Width);
            for (var lane = 0; lane < Width; lane++)
            {
                if (pixels[lane] >= 0)
                {
                    to[pixels[lane]] += from[lane];
                }
            }
        }
    }
}

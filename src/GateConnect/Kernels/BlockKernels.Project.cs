// The shared projection with its pooled statistics: forward reads every stride-th pixel of x and writes p, with sums and
// squares on the way; backward carries the gradients of mean and variance into dp, and gives dW and dx.
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

internal sealed unsafe partial class BlockKernels<TSimd, TVector>
{
    /// <inheritdoc/>
    internal override void Project(Projection projection, float* mean, float* variance, int workers)
    {
        var (branches, inputs, outputs) = (projection.Branches, projection.InputChannels, projection.OutputChannels);
        var sums = new double[workers][];
        using var tiles = new Scratch(workers, (long)inputs * Width);
        Workers.Run(projection.OutputBlocks.Count, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            var sum = sums[worker] = new double[2 * outputs];
            var tile = tiles[worker];
            var pixels = new SourcePixels(projection);
            for (var block = from; block < to; block++)
            {
                pixels.Locate(block);
                for (var branch = 0; branch < branches; branch++)
                {
                    var output = projection.Output + ((((long)block * branches) + branch) * outputs * Width);
                    pixels.Pick(projection.Input + (branch * inputs * Width), tile);
                    Tile<TSimd, TVector>.Multiply<Overwrite>(
                        outputs, projection.Weights, inputs, 1, tile, Width, inputs, output, Width);
                    for (var channel = 0; channel < outputs; channel++)
                    {
                        var row = output + (channel * Width);
                        sum[channel] += Tile<TSimd, TVector>.RowSum(row);
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
        Projection projection, ProjectionGradients gradients, float* weightGradient, float* inputGradient, int workers)
    {
        var (branches, inputs, outputs) = (projection.Branches, projection.InputChannels, projection.OutputChannels);
        long weights = (long)outputs * inputs;
        using var tiles = new Scratch(workers, (outputs + (2L * inputs)) * Width);
        using var sums = new Scratch(workers, weights);
        Workers.Run(projection.OutputBlocks.Count, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            float* dp = tiles[worker], x = dp + (outputs * Width), dx = x + (inputs * Width);
            var pixels = new SourcePixels(projection);
            for (var block = from; block < to; block++)
            {
                pixels.Locate(block);
                var filled = projection.OutputBlocks.Filled(block);
                for (var branch = 0; branch < branches; branch++)
                {
                    var wide = (((long)block * branches) + branch) * outputs * Width;
                    for (var channel = 0; channel < outputs; channel++)
                    {
                        var row = wide + (channel * Width);
                        var slope = 2 * gradients.VarianceGradient[channel] / (float)projection.Pooled;
                        var shift = (gradients.MeanGradient[channel] / (float)projection.Pooled) - (slope * gradients.Mean[channel]);
                        Tile<TSimd, TVector>.Blend(
                            gradients.Scale[channel], gradients.Output + row, slope, projection.Output + row, shift, dp + (channel * Width));
                        new Span<float>(dp + (channel * Width) + filled, Width - filled).Clear();
                    }
                    pixels.Pick(projection.Input + (branch * inputs * Width), x);
                    Tile<TSimd, TVector>.Dot(outputs, dp, Width, inputs, x, Width, Width, sums[worker], inputs, 1);
                    Tile<TSimd, TVector>.Multiply<Overwrite>(inputs, projection.Weights, 1, inputs, dp, Width, outputs, dx, Width);
                    pixels.Return(dx, inputGradient + (branch * inputs * Width));
                }
            }
        });
        sums.SumInto(0, weights, weightGradient);
    }
}

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
        var shape = projection.OutputShape;
        var sums = new double[workers][];
        using var weights = new PackedWeights((outputs + Slab - 1) / Slab, Slab, inputs);
        for (var channel = 0; channel < outputs; channel += Slab)
        {
            weights.Pack(channel / Slab, projection.Weights + (channel * inputs), shape.ChannelsOfSlab(channel), inputs, inputs, 1);
        }
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
                    pixels.Pick(projection.Input, branch, tile);
                    for (var channel = 0; channel < outputs; channel += Slab)
                    {
                        var output = projection.Output + shape.Slab(block, channel) + (branch * shape.BranchStride(channel));
                        Tile<TSimd, TVector>.Multiply<Overwrite>(
                            Product.Of(shape.ChannelsOfSlab(channel), inputs, weights[channel / Slab], tile, Width, output, Width), Items.One);
                        for (var row = 0; row < shape.ChannelsOfSlab(channel); row++, output += Width)
                        {
                            sum[channel + row] += Tile<TSimd, TVector>.RowSum(output);
                            sum[outputs + channel + row] += Tile<TSimd, TVector>.DotOne(output, output, Width);
                        }
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
        var shape = projection.OutputShape;
        long weights = (long)outputs * inputs;
        using var turned = new PackedWeights(1, inputs, outputs);
        turned.Pack(0, projection.Weights, inputs, 1, outputs, inputs);
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
                    for (var channel = 0; channel < outputs; channel++)
                    {
                        var row = ((long)block * shape.BlockLength) + shape.Row(branch, channel);
                        var slope = 2 * gradients.VarianceGradient[channel] / (float)projection.Pooled;
                        var shift = (gradients.MeanGradient[channel] / (float)projection.Pooled) - (slope * gradients.Mean[channel]);
                        Tile<TSimd, TVector>.Blend(
                            gradients.Scale[channel], gradients.Output + row, slope, projection.Output + row, shift, dp + (channel * Width));
                        new Span<float>(dp + (channel * Width) + filled, Width - filled).Clear();
                    }
                    pixels.Pick(projection.Input, branch, x);
                    Tile<TSimd, TVector>.Dot(outputs, dp, Width, inputs, x, Width, Width, sums[worker], inputs, 1);
                    Tile<TSimd, TVector>.Multiply<Overwrite>(Product.Of(inputs, outputs, turned[0], dp, Width, dx, Width), Items.One);
                    pixels.Return(dx, branch, inputGradient);
                }
            }
        });
        sums.SumInto(0, weights, weightGradient);
    }
}

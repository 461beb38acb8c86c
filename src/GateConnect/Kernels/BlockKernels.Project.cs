// The shared projection with its pooled statistics: forward reads every stride-th pixel of x and writes p, with sums and
// squares on the way; backward carries the gradients of mean and variance into dp, and gives dW and dx.
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

internal sealed unsafe partial class BlockKernels<TSimd, TVector>
{
    /// <inheritdoc/>
    internal override void Project(Projection projection, PackedWeights weights, float* mean, float* variance, int workers)
    {
        var (branches, inputs, outputs) = (projection.Branches, projection.InputChannels, projection.OutputChannels);
        var shape = projection.OutputShape;
        var sums = new double[workers][];
        var lanes = TSimd.Lanes;
        using var tiles = new Scratch(workers, (long)inputs * Width);
        using var partials = new Scratch(workers, 2L * outputs * lanes);
        Workers.Run(projection.OutputBlocks.Count, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            var sum = sums[worker] = new double[2 * outputs];
            float* tile = tiles[worker], partial = partials[worker];
            var pixels = new SourcePixels(projection);
            for (var block = from; block < to; block++)
            {
                pixels.Locate(block);
                for (var branch = 0; branch < branches; branch++)
                {
                    pixels.Pick(projection.Input, branch, tile);
                    for (var channel = 0; channel < outputs; channel += Slab)
                    {
                        pixels.Prefetch(projection.Input, branch + 1, channel * inputs / outputs, Math.Min(inputs, (channel + Slab) * inputs / outputs));
                        var output = projection.Output + shape.Slab(block, channel) + (branch * shape.BranchStride(channel));
                        Tile<TSimd, TVector>.Multiply<Overwrite>(
                            Product.Of(shape.ChannelsOfSlab(channel), inputs, weights[channel / Slab], tile, Width, output, Width), Items.One);
                        for (var row = 0; mean != null && row < shape.ChannelsOfSlab(channel); row++, output += Width)
                        {
                            Tile<TSimd, TVector>.AddMoments(output, partial + ((channel + row) * lanes), partial + ((outputs + channel + row) * lanes));
                        }
                    }
                }
                for (var index = 0; mean != null && index < sum.Length; index++)
                {
                    sum[index] += Tile<TSimd, TVector>.TakeSum(partial + (index * lanes)); // of one block: further sums need float64
                }
            }
        });
        for (var channel = 0; mean != null && channel < outputs; channel++)
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
        using var terms = new Scratch(2, outputs);
        float* slopes = terms[0], shifts = terms[1];
        var pooled = (float)projection.Pooled;
        for (var channel = 0; channel < outputs; channel++)
        {
            slopes[channel] = 2 * gradients.VarianceGradient[channel] / pooled;
            shifts[channel] = (gradients.MeanGradient[channel] / pooled) - (slopes[channel] * gradients.Mean[channel]);
        }
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
                        Tile<TSimd, TVector>.Blend(
                            gradients.Scale[channel], gradients.Output + row, slopes[channel], projection.Output + row, shifts[channel], dp + (channel * Width));
                        new Span<float>(dp + (channel * Width) + filled, Width - filled).Clear();
                    }
                    pixels.Pick(projection.Input, branch, x);
                    for (var channel = 0; channel < outputs; channel += Slab)
                    {
                        var (fromInput, toInput) = (channel * inputs / outputs, Math.Min(inputs, (channel + Slab) * inputs / outputs));
                        pixels.Prefetch(projection.Input, branch + 1, fromInput, toInput);
                        pixels.Prefetch(inputGradient, branch, fromInput, toInput);
                        var ahead = shape.Slab(block, channel) + ((branch + 1) * shape.BranchStride(channel));
                        Tile<TSimd, TVector>.Prefetch(projection.Output + ahead, shape.BranchStride(channel));
                        Tile<TSimd, TVector>.Prefetch(gradients.Output + ahead, shape.BranchStride(channel));
                        Tile<TSimd, TVector>.Dot(
                            shape.ChannelsOfSlab(channel), dp + (channel * Width), Width, inputs, x, Width, Width, sums[worker] + (channel * inputs), inputs, 1);
                    }
                    Tile<TSimd, TVector>.Multiply<Overwrite>(Product.Of(inputs, outputs, turned[0], dp, Width, dx, Width), Items.One);
                    pixels.Return(dx, branch, inputGradient);
                }
            }
        });
        sums.SumInto(0, weights, weightGradient);
    }
}

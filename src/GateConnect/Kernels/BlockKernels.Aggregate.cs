// x'_j = ReLU( sum_k g_jk y_k ) with y_k = u x_k + W_k r_k + b_k, the equation of PAPER sections 1 and 3 and the 1x1 out in one
// pass: y exists for a few channels of 64 pixels at a time. Backward has the same order, and computes y again where
// the gates' gradients <dx_j, y_k> need it.
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

internal sealed unsafe partial class BlockKernels<TSimd, TVector>
{
    // Channels that are worked on at once: 16 KiB of y for 8 branches, so that y and dx' stay in the first cache.
    private static int ChannelsAtOnce(Aggregation aggregation) =>
        Math.Min(aggregation.Channels, Math.Max(4, Width / Math.Max(aggregation.Sources, aggregation.Readers) / 4 * 4));

    /// <inheritdoc/>
    internal override void Aggregate(Aggregation aggregation, Reduction? next, float* nextThin, int workers)
    {
        using var gates = new OpenGates(aggregation);
        var thinChannels = aggregation.Sources * aggregation.Bottleneck;
        var step = ChannelsAtOnce(aggregation);
        using var tiles = new Scratch(workers, (long)thinChannels * Width);
        using var outputs = new Scratch(workers, (long)aggregation.Sources * step * Width);
        using var nextTiles = new Scratch(workers, (long)(next?.ThinChannels ?? 0) * Width);
        Workers.Run(aggregation.Blocks.Count, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            var thin = tiles[worker];
            var y = outputs[worker];
            for (var block = from; block < to; block++)
            {
                aggregation.Blocks.Gather(aggregation.Thin, thinChannels, block, thin);
                for (var channel = 0; channel < aggregation.Channels; channel += step)
                {
                    var chunk = new Chunk(block, channel, Math.Min(step, aggregation.Channels - channel), step * Width);
                    Branches(aggregation, gates, chunk, thin, y);
                    Mix(aggregation, gates, chunk, y);
                }
                if (next is not null)
                {
                    ReduceBlock(next, block, nextTiles[worker], nextThin);
                }
            }
        });
    }

    /// <inheritdoc/>
    internal override void AggregateBackward(
        Aggregation aggregation, AggregationGradients gradients, ReductionGradients? next, int workers)
    {
        using var gates = new OpenGates(aggregation);
        var thinChannels = aggregation.Sources * aggregation.Bottleneck;
        var step = ChannelsAtOnce(aggregation);
        var layout = new GradientSums(aggregation);
        var own = aggregation.Identities == aggregation.Sources; // every branch has its own identity path: dy is written to its gradient
        using var tiles = new Scratch(workers, 2L * thinChannels * Width);
        using var inputs = new Scratch(workers, (long)aggregation.Readers * step * Width);
        using var outputs = new Scratch(workers, (long)aggregation.Sources * step * Width);
        using var sums = new Scratch(workers, layout.Length);
        using var nextTiles = new Scratch(workers, (long)(next?.Reduction.ThinChannels ?? 0) * Width);
        using var nextInputs = new Scratch(workers, next?.Reduction.BlockLength ?? 0);
        using var nextSums = new Scratch(workers, next?.Reduction.WeightCount ?? 0);
        Workers.Run(aggregation.Blocks.Count, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            var thin = tiles[worker];
            var dx = inputs[worker];
            var y = outputs[worker];
            var sum = sums[worker];
            var dthin = thin + (thinChannels * Width);
            for (var block = from; block < to; block++)
            {
                var outputGradient = gradients.Output + ((long)block * aggregation.Readers * aggregation.Channels * Width);
                if (next is not null)
                {
                    outputGradient = nextInputs[worker];
                    ReduceBlockBackward(next, block, nextTiles[worker], nextSums[worker], outputGradient);
                }
                aggregation.Blocks.Gather(aggregation.Thin, thinChannels, block, thin);
                for (var channel = 0; channel < aggregation.Channels; channel += step)
                {
                    var chunk = new Chunk(block, channel, Math.Min(step, aggregation.Channels - channel), step * Width);
                    Unrectify(aggregation, outputGradient, chunk, dx);
                    if (gradients.Gates != null)
                    {
                        Branches(aggregation, null, chunk, thin, y);
                        Tile<TSimd, TVector>.Dot(
                            aggregation.Readers, dx, chunk.Stride, aggregation.Sources, y, chunk.Stride,
                            chunk.Channels * Width, sum + layout.Gates, aggregation.Sources, 1);
                    }
                    var dy = own ? gradients.Identity + chunk.Place(0, aggregation.Sources, aggregation.Channels) : y;
                    nint dyStride = own ? aggregation.Channels * Width : chunk.Stride;
                    Unmix(aggregation, gates, chunk, dx, dy, dyStride);
                    IdentityBackward(aggregation, gradients, chunk, dy, dyStride, sum + layout.Scale);
                    ExpandBackward(aggregation, layout, chunk, thin, dy, dyStride, sum, dthin);
                }
                aggregation.Blocks.Scatter(dthin, thinChannels, block, gradients.Thin);
            }
        });
        if (next is not null)
        {
            nextSums.SumInto(0, next.Reduction.WeightCount, next.Weights);
        }
        sums.SumInto(layout.Expand, layout.Bias - layout.Expand, gradients.Expand);
        sums.SumInto(layout.Bias, layout.Scale - layout.Bias, gradients.Bias);
        if (gradients.IdentityScale != null)
        {
            sums.SumInto(layout.Scale, layout.Gates - layout.Scale, gradients.IdentityScale);
        }
        if (gradients.Gates != null)
        {
            sums.SumInto(layout.Gates, layout.Length - layout.Gates, gradients.Gates);
        }
    }

    // y, [C, channels, 64]; branches that nobody reads are left out where gates are given.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Branches(Aggregation aggregation, OpenGates? gates, Chunk chunk, float* thin, float* y)
    {
        var (channels, bottleneck) = (aggregation.Channels, aggregation.Bottleneck);
        for (var source = 0; source < aggregation.Sources; source++)
        {
            if (gates is not null && gates.ReadersOf(source).IsEmpty)
            {
                continue;
            }
            var identity = aggregation.Identity + chunk.Place(aggregation.Identities == 1 ? 0 : source, aggregation.Identities, channels);
            var target = y + (source * chunk.Stride);
            var row = (source * channels) + chunk.Channel;
            Tile<TSimd, TVector>.Prefetch(identity + chunk.Ahead, chunk.Channels * Width);
            Tile<TSimd, TVector>.Multiply<Shifted>(
                chunk.Channels, aggregation.Expand + (row * bottleneck), bottleneck, 1,
                thin + (source * bottleneck * Width), Width, bottleneck, target, Width,
                identity, Width, aggregation.IdentityScale + chunk.Channel, aggregation.Bias + row);
        }
    }

    // x' = ReLU(g y).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mix(Aggregation aggregation, OpenGates gates, Chunk chunk, float* y)
    {
        var target = aggregation.Output + chunk.Place(0, aggregation.Readers, aggregation.Channels);
        nint row = aggregation.Channels * Width;
        for (var channel = 0; channel < chunk.Channels; channel++)
        {
            var from = y + (channel * Width);
            var to = target + (channel * Width);
            if (gates.Dense)
            {
                Tile<TSimd, TVector>.Multiply<Rectified>(
                    aggregation.Readers, aggregation.Gates, aggregation.Sources, 1,
                    from, chunk.Stride, aggregation.Sources, to, row);
                continue;
            }
            for (var reader = 0; reader < aggregation.Readers; reader++)
            {
                Tile<TSimd, TVector>.Sparse<Rectified>(
                    gates.SourcesOf(reader), gates.WeightsOf(reader), from, chunk.Stride, to + (reader * row));
            }
        }
    }

    // dx' of one block, [R, d, 64], to that before the ReLU, [R, channels, 64].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unrectify(Aggregation aggregation, float* outputGradient, Chunk chunk, float* dx)
    {
        for (var reader = 0; reader < aggregation.Readers; reader++)
        {
            var output = aggregation.Output + chunk.Place(reader, aggregation.Readers, aggregation.Channels);
            var gradient = outputGradient + (((reader * aggregation.Channels) + chunk.Channel) * Width);
            Tile<TSimd, TVector>.Prefetch(output + chunk.Ahead, chunk.Channels * Width);
            Tile<TSimd, TVector>.Prefetch(gradient + chunk.Ahead, chunk.Channels * Width);
            Tile<TSimd, TVector>.Unrectify(gradient, output, chunk.Channels * Width, dx + (reader * chunk.Stride));
        }
    }

    // dy = g^T dx, into its place in a wide tensor.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unmix(Aggregation aggregation, OpenGates gates, Chunk chunk, float* dx, float* dy, nint dyStride)
    {
        for (var channel = 0; channel < chunk.Channels; channel++)
        {
            float* from = dx + (channel * Width), to = dy + (channel * Width);
            if (gates.Dense)
            {
                Tile<TSimd, TVector>.Multiply<Overwrite>(
                    aggregation.Sources, aggregation.Gates, 1, aggregation.Sources, from, chunk.Stride, aggregation.Readers, to, dyStride);
                continue;
            }
            for (var source = 0; source < aggregation.Sources; source++)
            {
                Tile<TSimd, TVector>.Sparse<Overwrite>(
                    gates.ReadersOf(source), gates.WeightsTo(source), from, chunk.Stride, to + (source * dyStride));
            }
        }
    }

    // du, and where all branches share the identity path, dy summed over them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void IdentityBackward(
        Aggregation aggregation, AggregationGradients gradients, Chunk chunk, float* dy, nint dyStride, float* scaleSum)
    {
        var one = 1f;
        for (var channel = 0; channel < chunk.Channels; channel++)
        {
            for (var identity = 0; identity < aggregation.Identities; identity++)
            {
                var place = chunk.Place(identity, aggregation.Identities, aggregation.Channels) + (channel * Width);
                if (aggregation.Identities != aggregation.Sources)
                {
                    Tile<TSimd, TVector>.Multiply<Overwrite>(
                        1, &one, 0, 0, dy + (channel * Width), dyStride, aggregation.Sources, gradients.Identity + place, 0);
                }
                if (gradients.IdentityScale != null)
                {
                    scaleSum[chunk.Channel + channel] +=
                        Tile<TSimd, TVector>.DotOne(gradients.Identity + place, aggregation.Identity + place, Width);
                }
            }
        }
    }

    // dW, db and dr of the 1x1 out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ExpandBackward(
        Aggregation aggregation, GradientSums layout, Chunk chunk, float* thin, float* dy, nint dyStride, float* sum, float* dthin)
    {
        var bottleneck = aggregation.Bottleneck;
        for (var source = 0; source < aggregation.Sources; source++)
        {
            var gradient = dy + (source * dyStride);
            var row = (source * aggregation.Channels) + chunk.Channel;
            var tile = source * bottleneck * Width;
            var weights = aggregation.Expand + (row * bottleneck);
            Tile<TSimd, TVector>.Dot(
                chunk.Channels, gradient, Width, bottleneck, thin + tile, Width, Width, sum + layout.Expand + (row * bottleneck), bottleneck, 1);
            Tile<TSimd, TVector>.AddRowSums(chunk.Channels, gradient, sum + layout.Bias + row);
            if (chunk.Channel == 0)
            {
                Tile<TSimd, TVector>.Multiply<Overwrite>(
                    bottleneck, weights, 1, bottleneck, gradient, Width, chunk.Channels, dthin + tile, Width);
            }
            else
            {
                Tile<TSimd, TVector>.Multiply<Accumulate>(
                    bottleneck, weights, 1, bottleneck, gradient, Width, chunk.Channels, dthin + tile, Width);
            }
        }
    }

    // A few channels of one block; Stride is from one branch to the next in a scratch tile.
    private readonly record struct Chunk(int Block, int Channel, int Channels, int Stride)
    {
        // To the same branch's next channels.
        internal int Ahead => Channels * Width;

        internal long Place(int branch, int branches, int channels) =>
            (((((long)Block * branches) + branch) * channels) + Channel) * Width;
    }

    // Where a worker's sums stand.
    private readonly record struct GradientSums(int Expand, int Bias, int Scale, int Gates, int Length)
    {
        internal GradientSums(Aggregation aggregation)
            : this(0, aggregation.Sources * aggregation.Channels * aggregation.Bottleneck, 0, 0, 0)
        {
            Scale = Bias + (aggregation.Sources * aggregation.Channels);
            Gates = Scale + aggregation.Channels;
            Length = Gates + (aggregation.Readers * aggregation.Sources);
        }
    }
}

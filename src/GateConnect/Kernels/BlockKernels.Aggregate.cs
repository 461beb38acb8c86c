// x'_j = ReLU( sum_k g_jk y_k ) with y_k = u x_k + W_k r_k + b_k, the equation of PAPER sections 1 and 3 and the 1x1 out in one
// pass: y exists for one slab of 4 channels and 64 pixels at a time. Backward has the same order, and computes y again
// where the gates' gradients <dx_j, y_k> need it.
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

internal sealed unsafe partial class BlockKernels<TSimd, TVector>
{
    // What is larger than this has left the caches before anybody reads it, and is written past them.
    private const long StreamedBytes = 8L << 20;

    private const int Slab = WideShape.SlabChannels;

    private static bool IsStreamed(PixelBlocks blocks, WideShape shape) =>
        blocks.WideLength(shape.Branches, shape.Channels) * sizeof(float) > StreamedBytes;

    /// <inheritdoc/>
    internal override void Aggregate(Aggregation aggregation, AggregationWeights weights, Reduction? next, float* nextThin, int workers)
    {
        var (gates, expand, reduce) = (weights.Gates, weights.Expand, weights.Reduce);
        var shape = aggregation.OutputShape;
        var thinChannels = aggregation.Sources * aggregation.Bottleneck;
        var nextChannels = next?.ThinChannels ?? 0;
        var streamed = IsStreamed(aggregation.Blocks, shape);
        var slabs = (aggregation.Channels + Slab - 1) / Slab;
        var shares = Math.Clamp(workers / aggregation.Blocks.Count, 1, slabs); // of a block's channels, where there are fewer blocks than workers
        using var tiles = new Scratch(workers, (thinChannels + ((long)Slab * (aggregation.Sources + aggregation.Readers))) * Width);
        using var sums = new Scratch(shares == 1 ? workers : aggregation.Blocks.Count * shares, (long)nextChannels * Width);
        Workers.Run(aggregation.Blocks.Count * shares, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            float* thin = tiles[worker], y = thin + (thinChannels * Width);
            var slabOut = y + (Slab * aggregation.Sources * Width);
            for (var unit = from; unit < to; unit++)
            {
                var (block, share) = Math.DivRem(unit, shares);
                var nextTile = sums[shares == 1 ? worker : unit];
                var end = Math.Min(aggregation.Channels, Slab * (slabs * (share + 1) / shares));
                aggregation.Blocks.Gather(aggregation.Thin, thinChannels, block, thin);
                for (var channel = Slab * (slabs * share / shares); channel < end; channel += Slab)
                {
                    var target = aggregation.Output + shape.Slab(block, channel);
                    var output = streamed ? slabOut : target;
                    aggregation.Blocks.Prefetch(aggregation.Thin, thinChannels, block + 1, channel, Slab, aggregation.Channels);
                    Branches(aggregation, expand, block, channel, thin, y);
                    Combine<Rectified>(gates, shape.BranchStride(channel), y, output);
                    if (next is not null)
                    {
                        Reduce(next, reduce!, channel, output, nextTile, streamed ? target : null);
                    }
                    else if (streamed)
                    {
                        Tile<TSimd, TVector>.Stream(output, shape.Branches * shape.BranchStride(channel), target);
                    }
                }
                if (next is not null && shares == 1)
                {
                    Finish(next, nextTile, block, nextThin);
                }
            }
        });
        for (var block = 0; next is not null && shares > 1 && block < aggregation.Blocks.Count; block++)
        {
            var whole = new Span<float>(sums[block * shares], nextChannels * Width);
            for (var share = 1; share < shares; share++)
            {
                TensorPrimitives.Add(whole, new ReadOnlySpan<float>(sums[(block * shares) + share], whole.Length), whole);
            }
            Finish(next, sums[block * shares], block, nextThin);
        }
    }

    // W x of one block, from its tile to its place; with a bias, which only folded networks have, a ReLU on the way.
    private static void Finish(Reduction next, float* tile, int block, float* thin)
    {
        if (next.Bias != null)
        {
            Tile<TSimd, TVector>.Rectify(next.ThinChannels, tile, next.Bias);
        }
        next.Blocks.Scatter(tile, next.ThinChannels, block, thin);
    }

    /// <inheritdoc/>
    internal override void AggregateBackward(
        Aggregation aggregation, AggregationGradients gradients, ReductionGradients? next, int workers)
    {
        using var gates = OpenGates.BySource(aggregation);
        using var expand = aggregation.PackExpand(widen: true);
        using var contract = aggregation.PackExpand(widen: false);
        using var widen = next?.Reduction.Pack(widen: true);
        var (inputShape, outputShape) = (aggregation.IdentityShape, aggregation.OutputShape);
        var thinChannels = aggregation.Sources * aggregation.Bottleneck;
        var nextChannels = next?.Reduction.ThinChannels ?? 0;
        var layout = new GradientSums(aggregation);
        // dy is made where it stays if that is in the caches anyway: where x' stood, which has just been read, or a small tensor.
        var shared = aggregation.Identities != aggregation.Sources;
        var inPlace = !shared && (gradients.Identity == aggregation.Output || !IsStreamed(aggregation.Blocks, inputShape));
        var projection = next?.Projection;
        var spreadRows = projection is null ? 0 : Slab * aggregation.Readers;
        using var tiles = new Scratch(
            workers, ((2L * thinChannels) + nextChannels + (Slab * (aggregation.Sources + aggregation.Readers)) + spreadRows) * Width);
        using var sums = new Scratch(workers, layout.Length);
        using var nextSums = new Scratch(workers, next?.Reduction.WeightCount ?? 0);
        Workers.Run(aggregation.Blocks.Count, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            float* thin = tiles[worker], dthin = thin + (thinChannels * Width), nextTile = dthin + (thinChannels * Width);
            float* y = nextTile + (nextChannels * Width), dx = y + (Slab * aggregation.Sources * Width), sum = sums[worker];
            var spread = dx + (Slab * aggregation.Readers * Width);
            var projected = projection is null ? null : new SpreadPixels(projection, next!.Output);
            for (var block = from; block < to; block++)
            {
                aggregation.Blocks.Gather(aggregation.Thin, thinChannels, block, thin);
                next?.Reduction.Blocks.Gather(next.Thin, nextChannels, block, nextTile);
                projected?.Locate(block, spread);
                for (var channel = 0; channel < aggregation.Channels; channel += Slab)
                {
                    var stride = outputShape.BranchStride(channel);
                    var output = aggregation.Output + outputShape.Slab(block, channel);
                    var outputGradient = projected is null ? (next is null ? gradients.Output : next.Output) + outputShape.Slab(block, channel) : spread;
                    projected?.Spread(channel, spread);
                    if (next is null)
                    {
                        Tile<TSimd, TVector>.Unrectify(outputGradient, output, aggregation.Readers * stride, dx);
                    }
                    else
                    {
                        ReduceSlabBackward(next, widen!, channel, nextTile, outputGradient, output, dx, nextSums[worker]);
                    }
                    aggregation.Blocks.Prefetch(aggregation.Thin, thinChannels, block + 1, channel, Slab, aggregation.Channels);
                    next?.Reduction.Blocks.Prefetch(next.Thin, nextChannels, block + 1, channel, Slab, aggregation.Channels);
                    if (gradients.Gates != null)
                    {
                        Branches(aggregation, expand, block, channel, thin, y);
                        Tile<TSimd, TVector>.Dot(new Dots
                        {
                            Rows = aggregation.Readers,
                            A = dx,
                            ARow = stride,
                            Columns = aggregation.Sources,
                            B = y,
                            BRow = stride,
                            Length = stride,
                            Target = sum + layout.Gates,
                            TargetRow = aggregation.Sources,
                            TargetColumn = 1,
                        });
                    }
                    var place = gradients.Identity + inputShape.Slab(block, channel);
                    var dy = inPlace ? place : y;
                    Combine<Overwrite>(gates, stride, dx, dy);
                    if (shared)
                    {
                        Tile<TSimd, TVector>.AddRows(aggregation.Sources, dy, stride, place);
                    }
                    if (gradients.IdentityScale != null)
                    {
                        ScaleBackward(inputShape, channel, shared ? place : dy, aggregation.Identity + inputShape.Slab(block, channel), sum + layout.Scale);
                    }
                    ExpandBackward(
                        aggregation, contract, layout, channel, thin, dy, sum, dthin,
                        (projected is null ? outputGradient : output) + (aggregation.Readers * stride), shared || inPlace ? null : place);
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

    // y of a slab, [C, channels, 64]; on the way x of the next slab is asked for.
    private static void Branches(Aggregation aggregation, PackedWeights expand, int block, int channel, float* thin, float* y)
    {
        var (shape, bottleneck) = (aggregation.IdentityShape, aggregation.Bottleneck);
        nint stride = shape.BranchStride(channel);
        var product = Product.Of(
            shape.ChannelsOfSlab(channel), bottleneck, expand[channel / Slab * aggregation.Sources], thin, Width, y, Width);
        product.Origin = aggregation.Identity + shape.Slab(block, channel);
        product.OriginRow = Width;
        product.Scale = aggregation.IdentityScale + channel;
        product.Shift = aggregation.Bias + channel;
        var step = shape.Branches == 1 ? 0 : stride;
        Tile<TSimd, TVector>.Multiply<Shifted>(
            product, new Items(aggregation.Sources, expand.PartLength, bottleneck * Width, stride, step, aggregation.Channels)
            {
                Ahead = step == 0 ? null : product.Origin + (shape.Branches * stride),
                AheadLength = (int)stride,
            });
    }

    // The sums over open gates of a slab's rows, [columns, channels, 64] to [rows, channels, 64]: x' = ReLU(g y), or dy = g^T dx.
    private static void Combine<TTarget>(OpenGates gates, int stride, float* source, float* target)
        where TTarget : ITarget
    {
        if (gates.Dense)
        {
            Tile<TSimd, TVector>.Multiply<TTarget>(
                Product.Of(gates.Rows, gates.Columns, gates.Weights(0), source, stride, target, stride),
                new Items(stride / Width, 0, Width, Width, Width, 0));
            return;
        }
        for (var row = 0; row < gates.Rows; row++)
        {
            var columns = gates.Of(row);
            Tile<TSimd, TVector>.MultiplyAt<TTarget>(
                Product.Of(1, columns.Length, gates.Weights(row), source, stride, target + (row * stride), 0), columns,
                new Items(stride / Width, 0, Width, Width, Width, 0));
        }
    }

    // du of a slab's channels, from dy and x.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScaleBackward(WideShape shape, int channel, float* dy, float* x, float* sums)
    {
        var channels = shape.ChannelsOfSlab(channel);
        for (var row = 0; row < shape.Branches * channels; row++)
        {
            sums[channel + (row % channels)] += Tile<TSimd, TVector>.DotOne(dy + (row * Width), x + (row * Width), Width);
        }
    }

    // dW, db and dr of the 1x1 out; on the way what stands ahead is asked for, and dy is copied, [C, channels, 64] each.
    private static void ExpandBackward(
        Aggregation aggregation, PackedWeights contract, GradientSums layout, int channel, float* thin, float* dy, float* sum,
        float* dthin, float* ahead, float* copy)
    {
        var (shape, sources, bottleneck) = (aggregation.OutputShape, aggregation.Sources, aggregation.Bottleneck);
        var (channels, stride, tile) = (shape.ChannelsOfSlab(channel), shape.BranchStride(channel), bottleneck * Width);
        AddTo(
            channel, Product.Of(bottleneck, channels, contract[channel / Slab * sources], dy, Width, dthin, Width),
            new Items(sources, contract.PartLength, stride, tile, tile, 0) { Ahead = ahead, AheadLength = stride, Copy = copy });
        Tile<TSimd, TVector>.Dot(new Dots
        {
            Rows = channels,
            A = dy,
            ARow = Width,
            Columns = bottleneck,
            B = thin,
            BRow = Width,
            Length = Width,
            Target = sum + layout.Expand + (channel * bottleneck),
            TargetRow = bottleneck,
            TargetColumn = 1,
            Count = sources,
            AItem = stride,
            BItem = tile,
            TargetItem = aggregation.Channels * bottleneck,
        });
        Tile<TSimd, TVector>.AddRowSums(channels, dy, sum + layout.Bias + channel, sources, aggregation.Channels);
    }

    // Adds a slab's share to a thin tile; the first slab begins it.
    private static void AddTo(int channel, in Product product, in Items items)
    {
        if (channel == 0)
        {
            Tile<TSimd, TVector>.Multiply<Overwrite>(product, items);
        }
        else
        {
            Tile<TSimd, TVector>.Multiply<Accumulate>(product, items);
        }
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

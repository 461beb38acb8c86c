// The 1x1 in, a slab at a time: forward finds x in the cache behind the aggregation that made it; backward makes dx in the
// cache before the aggregation that needs it, with dW on the way.
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

internal sealed unsafe partial class BlockKernels<TSimd, TVector>
{
    // Adds a slab's share of W x to a tile, [C*w, 64].
    private static void Reduce(Reduction reduction, PackedWeights weights, int channel, float* slab, float* tile)
    {
        var (shape, thin) = (reduction.InputShape, reduction.Bottleneck * Width);
        AddTo(
            channel,
            Product.Of(reduction.Bottleneck, shape.ChannelsOfSlab(channel), weights[channel / Slab * reduction.Branches], slab, Width, tile, Width),
            new Items(reduction.Branches, weights.PartLength, shape.BranchStride(channel), thin, thin, 0));
    }

    // dW of a branch's channels in a slab, from x and dthin.
    private static void ReduceWeightGradient(Reduction reduction, int branch, int channel, float* x, float* thin, float* sums) =>
        Tile<TSimd, TVector>.Dot(
            reduction.Bottleneck, thin, Width, reduction.InputShape.ChannelsOfSlab(channel), x, Width, Width,
            sums + (branch * reduction.Bottleneck * reduction.Channels) + channel, reduction.Channels, 1);

    // dx = u dy + W^T dthin of a slab, where x, a ReLU's output, is above 0; and dW of its channels. The next slab's x
    // is asked for on the way, a little at a time: all at once its lines would wait for each other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReduceSlabBackward(
        ReductionGradients gradients, PackedWeights weights, int channel, float* tile, float* dy, float* x, float* dx, float* sums)
    {
        var reduction = gradients.Reduction;
        var (shape, bottleneck) = (reduction.InputShape, reduction.Bottleneck);
        var (channels, stride) = (shape.ChannelsOfSlab(channel), shape.BranchStride(channel));
        for (var branch = 0; branch < reduction.Branches; branch++)
        {
            var thin = tile + (branch * bottleneck * Width);
            Tile<TSimd, TVector>.Prefetch(x + ((branch + reduction.Branches) * stride), stride);
            var product = Product.Of(channels, bottleneck, weights[(channel / Slab * reduction.Branches) + branch], thin, Width, dx + (branch * stride), Width);
            product.Origin = dy + (branch * stride);
            product.Scale = gradients.IdentityScale + channel;
            product.Sign = x + (branch * stride);
            Tile<TSimd, TVector>.Multiply<ScaledUnrectified>(product, Items.One);
            ReduceWeightGradient(reduction, branch, channel, x + (branch * stride), thin, sums);
        }
    }
}

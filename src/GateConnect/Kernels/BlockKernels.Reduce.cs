// The 1x1 in, a slab at a time: forward finds x in the cache behind the aggregation that made it; backward makes dx in the
// cache before the aggregation that needs it, with dW on the way.
namespace GateConnect.Kernels;

internal sealed unsafe partial class BlockKernels<TSimd, TVector>
{
    // Adds a slab's share of W x to a tile, [C*w, 64]; on the way x is copied to its place, where that is wanted.
    private static void Reduce(Reduction reduction, PackedWeights weights, int channel, float* slab, float* tile, float* copy)
    {
        var (shape, thin) = (reduction.InputShape, reduction.Bottleneck * Width);
        AddTo(
            channel,
            Product.Of(reduction.Bottleneck, shape.ChannelsOfSlab(channel), weights[channel / Slab * reduction.Branches], slab, Width, tile, Width),
            new Items(reduction.Branches, weights.PartLength, shape.BranchStride(channel), thin, thin, 0) { Copy = copy });
    }

    // dx = u dy + W^T dthin of a slab, where x, a ReLU's output, is above 0; and dW of its channels. The next slab's x is asked
    // for on the way, a branch at a time: all lines at once would wait for each other.
    private static void ReduceSlabBackward(
        ReductionGradients gradients, PackedWeights weights, int channel, float* tile, float* dy, float* x, float* dx, float* sums)
    {
        var reduction = gradients.Reduction;
        var (shape, bottleneck) = (reduction.InputShape, reduction.Bottleneck);
        var (channels, stride, thin) = (shape.ChannelsOfSlab(channel), shape.BranchStride(channel), bottleneck * Width);
        var product = Product.Of(channels, bottleneck, weights[channel / Slab * reduction.Branches], tile, Width, dx, Width);
        product.Origin = dy;
        product.Scale = gradients.IdentityScale + channel;
        product.Sign = x;
        Tile<TSimd, TVector>.Multiply<ScaledUnrectified>(product, new Items(reduction.Branches, weights.PartLength, thin, stride, stride, 0)
        {
            Ahead = x + (reduction.Branches * stride),
            AheadLength = stride,
        });
        Tile<TSimd, TVector>.Dot(new Dots
        {
            Rows = bottleneck,
            A = tile,
            ARow = Width,
            Columns = channels,
            B = x,
            BRow = Width,
            Length = Width,
            Target = sums + channel,
            TargetRow = reduction.Channels,
            TargetColumn = 1,
            Count = reduction.Branches,
            AItem = thin,
            BItem = stride,
            TargetItem = bottleneck * reduction.Channels,
        });
    }
}

// The 1x1 in: forward finds x in the cache behind the aggregation that made it; backward reads x and dthin and gives dx,
// with dW on the way.
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

internal sealed unsafe partial class BlockKernels<TSimd, TVector>
{
    /// <inheritdoc/>
    internal override void ReduceBackward(
        Reduction reduction, float* thinGradient, float* weightGradient, float* inputGradient, int workers)
    {
        using var tiles = new Scratch(workers, reduction.ThinChannels * Width);
        using var sums = new Scratch(workers, reduction.WeightCount);
        Workers.Run(reduction.Blocks.Count, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            for (var block = from; block < to; block++)
            {
                GatherThin(reduction, block, thinGradient, tiles[worker], sums[worker]);
                var wide = (long)block * reduction.BlockLength;
                for (var branch = 0; branch < reduction.Branches; branch++)
                {
                    Tile<TSimd, TVector>.Multiply<Overwrite>(
                        reduction.Channels, reduction.WeightsOf(branch), 1, reduction.Channels,
                        tiles[worker] + (branch * reduction.Bottleneck * Width), Width, reduction.Bottleneck,
                        inputGradient + wide + (branch * reduction.Channels * Width), Width);
                }
            }
        });
        sums.SumInto(0, reduction.WeightCount, weightGradient);
    }

    // W x of one block, by way of a tile [C*w, 64].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReduceBlock(Reduction reduction, int block, float* tile, float* thin)
    {
        var input = reduction.Input + ((long)block * reduction.BlockLength);
        for (var branch = 0; branch < reduction.Branches; branch++)
        {
            Tile<TSimd, TVector>.Multiply<Overwrite>(
                reduction.Bottleneck, reduction.WeightsOf(branch), reduction.Channels, 1,
                input + (branch * reduction.Channels * Width), Width, reduction.Channels,
                tile + (branch * reduction.Bottleneck * Width), Width);
        }
        reduction.Blocks.Scatter(tile, reduction.ThinChannels, block, thin);
    }

    // dx = u dy + W^T dthin of one block, [C, d, 64].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReduceBlockBackward(ReductionGradients gradients, int block, float* tile, float* sums, float* dx)
    {
        var reduction = gradients.Reduction;
        GatherThin(reduction, block, gradients.Thin, tile, sums);
        var dy = gradients.Output + ((long)block * reduction.BlockLength);
        for (var branch = 0; branch < reduction.Branches; branch++)
        {
            var wide = branch * reduction.Channels * Width;
            Tile<TSimd, TVector>.Multiply<Scaled>(
                reduction.Channels, reduction.WeightsOf(branch), 1, reduction.Channels,
                tile + (branch * reduction.Bottleneck * Width), Width, reduction.Bottleneck, dx + wide, Width,
                dy + wide, Width, gradients.IdentityScale, gradients.IdentityScale);
        }
    }

    // dthin of one block into a tile, and dW from it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherThin(Reduction reduction, int block, float* thinGradient, float* tile, float* sums)
    {
        reduction.Blocks.Gather(thinGradient, reduction.ThinChannels, block, tile);
        var input = reduction.Input + ((long)block * reduction.BlockLength);
        for (var branch = 0; branch < reduction.Branches; branch++)
        {
            Tile<TSimd, TVector>.Dot(
                reduction.Bottleneck, tile + (branch * reduction.Bottleneck * Width), Width,
                reduction.Channels, input + (branch * reduction.Channels * Width), Width, Width,
                sums + (branch * reduction.Bottleneck * reduction.Channels), reduction.Channels, 1);
        }
    }
}

// The 1x1 in: forward reads x once; backward reads x and dthin and writes (or adds to) dx, with dW on the way.
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

internal sealed unsafe partial class BlockKernels<TSimd, TVector>
{
    /// <inheritdoc/>
    internal override void Reduce(Reduction reduction, float* thin, int workers)
    {
        var (branches, channels, bottleneck) = (reduction.Branches, reduction.Channels, reduction.Bottleneck);
        using var tiles = new Scratch(workers, (long)branches * bottleneck * Width);
        Workers.Run(reduction.Blocks.Count, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            var tile = tiles[worker];                                                          // [C*w, 64]
            for (var block = from; block < to; block++)
            {
                for (var branch = 0; branch < branches; branch++)
                {
                    Tile<TSimd, TVector>.Multiply<Overwrite>(
                        bottleneck, reduction.Weights + (branch * bottleneck * channels), channels, 1,
                        reduction.Input + ((((long)block * branches) + branch) * channels * Width), Width, channels,
                        tile + (branch * bottleneck * Width), Width);
                }
                reduction.Blocks.Scatter(tile, branches * bottleneck, block, thin);
            }
        });
    }

    /// <inheritdoc/>
    internal override void ReduceBackward(
        Reduction reduction, float* thinGradient, float* weightGradient, float* inputGradient, float* inputScale, int workers)
    {
        var (branches, channels, bottleneck) = (reduction.Branches, reduction.Channels, reduction.Bottleneck);
        long weights = (long)branches * bottleneck * channels;
        using var tiles = new Scratch(workers, (long)branches * bottleneck * Width);
        using var sums = new Scratch(workers, weights);
        Workers.Run(reduction.Blocks.Count, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            var tile = tiles[worker];
            var sum = sums[worker];
            for (var block = from; block < to; block++)
            {
                reduction.Blocks.Gather(thinGradient, branches * bottleneck, block, tile);
                for (var branch = 0; branch < branches; branch++)
                {
                    var wide = (((long)block * branches) + branch) * channels * Width;
                    var thin = tile + (branch * bottleneck * Width);
                    var offset = branch * bottleneck * channels;
                    Tile<TSimd, TVector>.Dot(
                        bottleneck, thin, Width, channels, reduction.Input + wide, Width, Width, sum + offset, channels, 1);
                    if (inputScale != null)
                    {
                        Tile<TSimd, TVector>.Multiply<Scaled>(
                            channels, reduction.Weights + offset, 1, channels, thin, Width, bottleneck, inputGradient + wide, Width,
                            inputGradient + wide, Width, inputScale, inputScale);
                    }
                    else
                    {
                        Tile<TSimd, TVector>.Multiply<Overwrite>(
                            channels, reduction.Weights + offset, 1, channels, thin, Width, bottleneck, inputGradient + wide, Width);
                    }
                }
            }
        });
        sums.SumInto(0, weights, weightGradient);
    }
}

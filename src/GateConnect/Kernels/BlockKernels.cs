// All steps of a module and their backward passes. Those that touch wide tensors (the 1x1 in, the shared projection, the
// gated aggregation with the 1x1 out) make one trip through memory each (docs/performance.md); the others work on thin
// tensors. What torch keeps are folds of a few numbers.
using System.Runtime.Intrinsics;

namespace GateConnect.Kernels;

/// <summary>The kernels for one width of vector.</summary>
internal abstract unsafe class BlockKernels
{
    /// <summary>Those that this processor can run, the widest first.</summary>
    internal static IReadOnlyList<BlockKernels> All { get; } =
    [
        .. Simd512.IsSupported ? [new BlockKernels<Simd512, Vector512<float>>()] : Array.Empty<BlockKernels>(),
        .. Simd256.IsSupported ? [new BlockKernels<Simd256, Vector256<float>>()] : Array.Empty<BlockKernels>(),
        new BlockKernels<Simd1, float>(),
    ];

    /// <summary>The widest that this processor has.</summary>
    internal static BlockKernels Best => All[0];

    /// <summary>Values in a register.</summary>
    internal abstract int Lanes { get; }

    /// <summary>x' of the whole batch, and while it is in the cache the 1x1 in of the module that reads it.</summary>
    /// <param name="aggregation">Sizes and tensors.</param>
    /// <param name="weights">The weights of it and of the 1x1 in, packed.</param>
    /// <param name="next">The 1x1 in behind it; null before the head.</param>
    /// <param name="nextThin">What that gives, [N, R*w', H*W].</param>
    /// <param name="workers">Threads.</param>
    internal abstract void Aggregate(Aggregation aggregation, AggregationWeights weights, Reduction? next, float* nextThin, int workers);

    /// <summary>The same with weights that are used once.</summary>
    internal void Aggregate(Aggregation aggregation, Reduction? next, float* nextThin, int workers)
    {
        using var weights = new AggregationWeights(aggregation, next);
        Aggregate(aggregation, weights, next, nextThin, workers);
    }

    /// <summary>All gradients of the aggregation in one pass over dx', x' and x.</summary>
    /// <param name="aggregation">Sizes and tensors.</param>
    /// <param name="gradients">Gradients in and out.</param>
    /// <param name="next">Where dx' is still to be made from dy of the module that read x'; null where it is there.</param>
    /// <param name="workers">Threads.</param>
    internal abstract void AggregateBackward(Aggregation aggregation, AggregationGradients gradients, ReductionGradients? next, int workers);

    /// <summary>p, and its mean and biased variance per channel, [d_out] each, pooled over branches and pixels; null for neither.</summary>
    internal abstract void Project(Projection projection, PackedWeights weights, float* mean, float* variance, int workers);

    /// <summary>The same with weights that are used once.</summary>
    internal void Project(Projection projection, float* mean, float* variance, int workers)
    {
        using var weights = projection.Pack();
        Project(projection, weights, mean, variance, workers);
    }

    /// <summary>
    /// dW, and dx = W^T dp at the pixels that p read, a wide tensor of d_in channels and the output's pixels, with dp = u dy and
    /// what flows back from mean and variance.
    /// </summary>
    internal abstract void ProjectBackward(
        Projection projection, ProjectionGradients gradients, float* weightGradient, float* inputGradient, int workers);

    /// <summary>The grouped 3x3, into output, [N, C*w, H', W'].</summary>
    internal abstract void Convolve(Convolution convolution, PackedWeights weights, float* output, int workers);

    /// <summary>The same with weights that are used once.</summary>
    internal void Convolve(Convolution convolution, float* output, int workers)
    {
        using var weights = convolution.Pack();
        Convolve(convolution, weights, output, workers);
    }

    /// <summary>dW, [C*w, w, 3, 3], and dx, [N, C*w, H, W], from dy, [N, C*w, H', W'].</summary>
    internal abstract void ConvolveBackward(
        Convolution convolution, float* outputGradient, float* weightGradient, float* inputGradient, int workers);

    /// <summary>Mean and variance of every channel of this batch.</summary>
    internal abstract void Measure(Normalisation norm, int workers);

    /// <summary>y = ReLU(BN(x)) with the mean and variance that are there.</summary>
    internal abstract void Normalise(Normalisation norm, float* output, int workers);

    /// <summary>dx, and those of the affine.</summary>
    internal abstract void NormaliseBackward(Normalisation norm, NormalisationGradients gradients, StatisticsOrigin origin, int workers);

    /// <summary>Mean, [C, w], and biased covariance, [C, w, w], of every group's channels.</summary>
    internal abstract void Moments(Activations activations, float* mean, float* covariance, int workers);

    /// <summary>Adds to the gradient of r, [N, C*w, H*W], what flows back from its mean and covariance.</summary>
    internal abstract void MomentsBackward(
        Activations activations, float* mean, float* meanGradient, float* covarianceGradient, float* gradient, int workers);

    /// <summary>[N, d, H*W] to [blocks, 1, d, 64].</summary>
    internal static void Pack(float* planes, int channels, PixelBlocks blocks, float* wide, int workers) =>
        Workers.Run(blocks.Count, workers, (_, from, to) =>
        {
            for (var block = from; block < to; block++)
            {
                blocks.Gather(planes, channels, block, wide + ((long)block * channels * PixelBlocks.Width));
            }
        });

    /// <summary>[blocks, 1, d, 64] to [N, d, H*W].</summary>
    internal static void Unpack(float* wide, int channels, PixelBlocks blocks, float* planes, int workers) =>
        Workers.Run(blocks.Count, workers, (_, from, to) =>
        {
            for (var block = from; block < to; block++)
            {
                blocks.Scatter(wide + ((long)block * channels * PixelBlocks.Width), channels, block, planes);
            }
        });
}

/// <summary>The kernels, one body for every width.</summary>
internal sealed unsafe partial class BlockKernels<TSimd, TVector> : BlockKernels
    where TSimd : ISimd<TVector>
    where TVector : unmanaged
{
    private const int Width = PixelBlocks.Width;

    /// <inheritdoc/>
    internal override int Lanes => TSimd.Lanes;
}

// The four steps of a module that touch wide tensors, each one trip through memory (docs/performance.md): the 1x1 in,
// the shared projection, the gated aggregation with the 1x1 out, and their backward passes. What is thin (3x3,
// norms of the bottleneck) stays with torch.
using System.Runtime.Intrinsics;

namespace GateConnect.Kernels;

/// <summary>Sizes and tensors of x'_j = ReLU( sum_k g_jk (u * x_k + W_k r_k + b_k) ). Memory is the caller's.</summary>
internal sealed unsafe class Aggregation
{
    /// <summary>Pixels of the module's output.</summary>
    internal required PixelBlocks Blocks { get; init; }

    /// <summary>C, the branches that are read.</summary>
    internal required int Sources { get; init; }

    /// <summary>R, the blocks that read.</summary>
    internal required int Readers { get; init; }

    /// <summary>d.</summary>
    internal required int Channels { get; init; }

    /// <summary>w.</summary>
    internal required int Bottleneck { get; init; }

    /// <summary>I: C, or 1 where all branches share the identity path.</summary>
    internal required int Identities { get; init; }

    /// <summary>x, [blocks, I, d, 64].</summary>
    internal required float* Identity { get; init; }

    /// <summary>u, [d].</summary>
    internal required float* IdentityScale { get; init; }

    /// <summary>r, [N, C*w, H*W].</summary>
    internal required float* Thin { get; init; }

    /// <summary>W, [C, d, w].</summary>
    internal required float* Expand { get; init; }

    /// <summary>b, [C, d].</summary>
    internal required float* Bias { get; init; }

    /// <summary>g, [R, C].</summary>
    internal required float* Gates { get; init; }

    /// <summary>x', [blocks, R, d, 64].</summary>
    internal required float* Output { get; init; }
}

/// <summary>Gradients of an <see cref="Aggregation"/>; all but the first are written.</summary>
internal sealed unsafe class AggregationGradients
{
    /// <summary>dx', [blocks, R, d, 64]; null where it comes from the module that read x'.</summary>
    internal required float* Output { get; init; }

    /// <summary>dy, [blocks, I, d, 64], summed over the branches where they share x; u dy is what x gets.</summary>
    internal required float* Identity { get; init; }

    /// <summary>du, [d]; null where u is constant.</summary>
    internal required float* IdentityScale { get; init; }

    /// <summary>dr, [N, C*w, H*W].</summary>
    internal required float* Thin { get; init; }

    /// <summary>dW, [C, d, w].</summary>
    internal required float* Expand { get; init; }

    /// <summary>db, [C, d].</summary>
    internal required float* Bias { get; init; }

    /// <summary>dg, [R, C], of open and closed gates alike; null where gates are fixed.</summary>
    internal required float* Gates { get; init; }
}

/// <summary>Sizes and tensors of the 1x1 in, W_j x_j for every block j.</summary>
internal sealed unsafe class Reduction
{
    /// <summary>Pixels of the input.</summary>
    internal required PixelBlocks Blocks { get; init; }

    /// <summary>C.</summary>
    internal required int Branches { get; init; }

    /// <summary>d of the input.</summary>
    internal required int Channels { get; init; }

    /// <summary>w.</summary>
    internal required int Bottleneck { get; init; }

    /// <summary>x, [blocks, C, d, 64].</summary>
    internal required float* Input { get; init; }

    /// <summary>W, [C, w, d].</summary>
    internal required float* Weights { get; init; }

    internal int ThinChannels => Branches * Bottleneck;

    internal int WeightCount => Branches * Bottleneck * Channels;

    /// <summary>Floats of one block of x.</summary>
    internal int BlockLength => Branches * Channels * PixelBlocks.Width;

    internal float* WeightsOf(int branch) => Weights + (branch * Bottleneck * Channels);
}

/// <summary>What flows back through a module whose shortcut is the identity: dx = u dy + W^T dthin.</summary>
internal sealed unsafe class ReductionGradients
{
    /// <summary>The 1x1 in.</summary>
    internal required Reduction Reduction { get; init; }

    /// <summary>dthin, [N, C*w, H*W].</summary>
    internal required float* Thin { get; init; }

    /// <summary>dy, [blocks, C, d, 64].</summary>
    internal required float* Output { get; init; }

    /// <summary>u, [d].</summary>
    internal required float* IdentityScale { get; init; }

    /// <summary>dW, [C, w, d]; written.</summary>
    internal required float* Weights { get; init; }
}

/// <summary>Sizes and tensors of the shared projection p_k = W x_k at every stride-th pixel.</summary>
internal sealed unsafe class Projection
{
    /// <summary>C.</summary>
    internal required int Branches { get; init; }

    /// <summary>d of the input.</summary>
    internal required int InputChannels { get; init; }

    /// <summary>d of the output.</summary>
    internal required int OutputChannels { get; init; }

    /// <summary>Rows of pixels of an input image.</summary>
    internal required int InputHeight { get; init; }

    /// <summary>Pixels in a row of an input image.</summary>
    internal required int InputWidth { get; init; }

    /// <summary>1 or more.</summary>
    internal required int Stride { get; init; }

    /// <summary>N.</summary>
    internal required int Images { get; init; }

    /// <summary>x, [blocks, C, d_in, 64].</summary>
    internal required float* Input { get; init; }

    /// <summary>W, [d_out, d_in].</summary>
    internal required float* Weights { get; init; }

    /// <summary>p, [output blocks, C, d_out, 64].</summary>
    internal required float* Output { get; init; }

    internal int OutputHeight => ((InputHeight - 1) / Stride) + 1;

    internal int OutputWidth => ((InputWidth - 1) / Stride) + 1;

    internal PixelBlocks InputBlocks => new(Images, InputHeight * InputWidth);

    internal PixelBlocks OutputBlocks => new(Images, OutputHeight * OutputWidth);

    /// <summary>Values of a channel over which its statistics are pooled: C*N*H'*W'.</summary>
    internal double Pooled => (double)Branches * OutputBlocks.Pixels;
}

/// <summary>What flows back into a <see cref="Projection"/>.</summary>
internal sealed unsafe class ProjectionGradients
{
    /// <summary>dy, [output blocks, C, d_out, 64].</summary>
    internal required float* Output { get; init; }

    /// <summary>u, [d_out].</summary>
    internal required float* Scale { get; init; }

    /// <summary>The pooled mean itself, [d_out].</summary>
    internal required float* Mean { get; init; }

    /// <summary>dmean, [d_out].</summary>
    internal required float* MeanGradient { get; init; }

    /// <summary>dvariance, [d_out].</summary>
    internal required float* VarianceGradient { get; init; }
}

/// <summary>Whether a norm's statistics depend on its input, so that gradients flow through them.</summary>
internal enum StatisticsOrigin
{
    /// <summary>Measured on this batch.</summary>
    Batch,

    /// <summary>Kept from before: constants.</summary>
    Running,
}

/// <summary>r, the thin tensor that the last norm folds.</summary>
internal sealed unsafe class Activations
{
    /// <summary>Its pixels.</summary>
    internal required PixelBlocks Blocks { get; init; }

    /// <summary>C.</summary>
    internal required int Groups { get; init; }

    /// <summary>w.</summary>
    internal required int Channels { get; init; }

    /// <summary>[N, C*w, H*W].</summary>
    internal required float* Values { get; init; }
}

/// <summary>The kernels for one width of vector.</summary>
internal abstract unsafe class BlockKernels
{
    /// <summary>The widest that this processor has.</summary>
    internal static BlockKernels Best { get; } =
        Simd512.IsSupported ? new BlockKernels<Simd512, Vector512<float>>()
        : Simd256.IsSupported ? new BlockKernels<Simd256, Vector256<float>>()
        : Plain;

    /// <summary>Without vectors, for any processor.</summary>
    internal static BlockKernels Plain => new BlockKernels<Simd1, float>();

    /// <summary>Every width that this processor can run, for tests.</summary>
    internal static IEnumerable<BlockKernels> All
    {
        get
        {
            if (Simd512.IsSupported)
            {
                yield return new BlockKernels<Simd512, Vector512<float>>();
            }
            if (Simd256.IsSupported)
            {
                yield return new BlockKernels<Simd256, Vector256<float>>();
            }
            yield return Plain;
        }
    }

    /// <summary>Values in a register.</summary>
    internal abstract int Lanes { get; }

    /// <summary>x' of the whole batch, and while it is in the cache the 1x1 in of the module that reads it.</summary>
    /// <param name="aggregation">Sizes and tensors.</param>
    /// <param name="next">The 1x1 in behind it; null before the head.</param>
    /// <param name="nextThin">What that gives, [N, R*w', H*W].</param>
    /// <param name="workers">Threads.</param>
    internal abstract void Aggregate(Aggregation aggregation, Reduction? next, float* nextThin, int workers);

    /// <summary>All gradients of the aggregation in one pass over dx', x' and x.</summary>
    /// <param name="aggregation">Sizes and tensors.</param>
    /// <param name="gradients">Gradients in and out.</param>
    /// <param name="next">Where dx' is still to be made from dy of the module that read x'; null where it is there.</param>
    /// <param name="workers">Threads.</param>
    internal abstract void AggregateBackward(Aggregation aggregation, AggregationGradients gradients, ReductionGradients? next, int workers);

    /// <summary>W x into thin, [N, C*w, H*W].</summary>
    internal abstract void Reduce(Reduction reduction, float* thin, int workers);

    /// <summary>dW, and dx = W^T dthin: of a module whose shortcut is a projection, which adds its own part.</summary>
    internal abstract void ReduceBackward(
        Reduction reduction, float* thinGradient, float* weightGradient, float* inputGradient, int workers);

    /// <summary>p, and its mean and biased variance per channel, [d_out] each, pooled over branches and pixels.</summary>
    internal abstract void Project(Projection projection, float* mean, float* variance, int workers);

    /// <summary>
    /// dW, and W^T dp added to dx where p read it, with dp = u dy and what flows back from mean and variance.
    /// </summary>
    internal abstract void ProjectBackward(
        Projection projection, ProjectionGradients gradients, float* weightGradient, float* inputGradient, int workers);

    /// <summary>The grouped 3x3, into output, [N, C*w, H', W'].</summary>
    internal abstract void Convolve(Convolution convolution, float* output, int workers);

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

// What the kernels of thin tensors work on: sizes, and memory that is the caller's.
namespace GateConnect.Kernels;

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

/// <summary>Sizes and tensors of y = ReLU(BN(x)).</summary>
internal sealed unsafe class Normalisation
{
    /// <summary>Added to every variance.</summary>
    internal required float Epsilon { get; init; }

    /// <summary>N.</summary>
    internal required int Images { get; init; }

    /// <summary>Channels.</summary>
    internal required int Channels { get; init; }

    /// <summary>H*W.</summary>
    internal required int PixelsPerImage { get; init; }

    /// <summary>x, [N, channels, H*W].</summary>
    internal required float* Input { get; init; }

    /// <summary>The affine's scale, [channels].</summary>
    internal required float* Weight { get; init; }

    /// <summary>The affine's shift, [channels].</summary>
    internal required float* Bias { get; init; }

    /// <summary>[channels]: measured, or given.</summary>
    internal required float* Mean { get; init; }

    /// <summary>Biased variance, [channels]: measured, or given.</summary>
    internal required float* Variance { get; init; }

    internal double Count => (double)Images * PixelsPerImage;

    internal long Plane(int image, int channel) => (((long)image * Channels) + channel) * PixelsPerImage;
}

/// <summary>Gradients of a <see cref="Normalisation"/>.</summary>
internal sealed unsafe class NormalisationGradients
{
    /// <summary>dy, [N, channels, H*W].</summary>
    internal required float* Output { get; init; }

    /// <summary>dx, [N, channels, H*W].</summary>
    internal required float* Input { get; init; }

    /// <summary>[channels].</summary>
    internal required float* Weight { get; init; }

    /// <summary>[channels].</summary>
    internal required float* Bias { get; init; }
}

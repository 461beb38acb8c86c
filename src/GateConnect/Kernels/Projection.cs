// What the kernels of the shared projection work on: sizes, and memory that is the caller's.
using GateConnect.Architecture;

namespace GateConnect.Kernels;

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

    /// <summary>x, a wide tensor of C branches and d_in channels.</summary>
    internal required float* Input { get; init; }

    /// <summary>W, [d_out, d_in].</summary>
    internal required float* Weights { get; init; }

    /// <summary>p, a wide tensor of C branches and d_out channels.</summary>
    internal required float* Output { get; init; }

    /// <summary>W for the forward pass.</summary>
    internal PackedWeights Pack()
    {
        var packed = new PackedWeights(1, OutputChannels, InputChannels);
        packed.Pack(0, Weights, OutputChannels, InputChannels, InputChannels, 1);
        return packed;
    }

    internal int OutputHeight => NetworkBlueprint.Strided(InputHeight, Stride);

    internal int OutputWidth => NetworkBlueprint.Strided(InputWidth, Stride);

    internal WideShape InputShape => new(Branches, InputChannels);

    internal WideShape OutputShape => new(Branches, OutputChannels);

    internal PixelBlocks InputBlocks => new(Images, InputHeight * InputWidth);

    internal PixelBlocks OutputBlocks => new(Images, OutputHeight * OutputWidth);

    /// <summary>Values of a channel over which its statistics are pooled: C*N*H'*W'.</summary>
    internal double Pooled => (double)Branches * OutputBlocks.Pixels;
}

/// <summary>What flows back into a <see cref="Projection"/>.</summary>
internal sealed unsafe class ProjectionGradients
{
    /// <summary>dy, a wide tensor of C branches and d_out channels.</summary>
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

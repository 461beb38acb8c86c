// What the kernels of the grouped 3x3 work on: sizes, and memory that is the caller's.
using GateConnect.Architecture;

namespace GateConnect.Kernels;

/// <summary>Sizes and tensors of a grouped 3x3 convolution with padding 1, w channels in and out of each group.</summary>
internal sealed unsafe class Convolution
{
    /// <summary>Side of the kernel.</summary>
    internal const int Side = 3;

    /// <summary>Taps of the kernel.</summary>
    internal const int Taps = Side * Side;

    /// <summary>N.</summary>
    internal required int Images { get; init; }

    /// <summary>C.</summary>
    internal required int Groups { get; init; }

    /// <summary>w.</summary>
    internal required int Channels { get; init; }

    /// <summary>Rows of an input image.</summary>
    internal required int InputHeight { get; init; }

    /// <summary>Pixels in a row of it.</summary>
    internal required int InputWidth { get; init; }

    /// <summary>1 or 2.</summary>
    internal required int Stride { get; init; }

    /// <summary>[N, C*w, H, W].</summary>
    internal required float* Input { get; init; }

    /// <summary>[C*w, w, 3, 3].</summary>
    internal required float* Weights { get; init; }

    /// <summary>[C*w]: forward then gives ReLU of the convolution plus this, in inference, where norms are folded; null in training.</summary>
    internal float* Bias { get; init; }

    /// <summary>The weights, one part a group.</summary>
    internal PackedWeights Pack()
    {
        var steps = Channels * Taps;
        var packed = new PackedWeights(Groups, Channels, steps);
        for (var group = 0; group < Groups; group++)
        {
            packed.Pack(group, Weights + ((long)group * Channels * steps), Channels, steps, steps, 1);
        }
        return packed;
    }

    internal int OutputHeight => NetworkBlueprint.Strided(InputHeight, Stride);

    internal int OutputWidth => NetworkBlueprint.Strided(InputWidth, Stride);
}

// What the kernels of the 1x1 in work on: sizes, and memory that is the caller's.
namespace GateConnect.Kernels;

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

    /// <summary>x, a wide tensor of C branches and d channels.</summary>
    internal required float* Input { get; init; }

    /// <summary>W, [C, w, d].</summary>
    internal required float* Weights { get; init; }

    /// <summary>[C*w]: forward then gives ReLU(W x + bias), in inference, where norms are folded; null in training.</summary>
    internal float* Bias { get; init; }

    internal int ThinChannels => Branches * Bottleneck;

    internal int WeightCount => Branches * Bottleneck * Channels;

    internal WideShape InputShape => new(Branches, Channels);

    /// <summary>W for products that give dx (widen), or W x.</summary>
    internal PackedWeights Pack(bool widen) => PackedWeights.Slabs(
        InputShape, Bottleneck, Weights, (nint)Bottleneck * Channels, 1, Channels, widen);
}

/// <summary>What flows back into the input of a module: dx = S^T dy + W^T dthin, S being its shortcut.</summary>
internal sealed unsafe class ReductionGradients
{
    /// <summary>The 1x1 in.</summary>
    internal required Reduction Reduction { get; init; }

    /// <summary>dthin, [N, C*w, H*W].</summary>
    internal required float* Thin { get; init; }

    /// <summary>
    /// A wide tensor of C branches and d channels: dy, where the shortcut is the identity; where it is a projection, what
    /// it gives back, of its output's pixels.
    /// </summary>
    internal required float* Output { get; init; }

    /// <summary>The shortcut, where it is a projection; else null.</summary>
    internal Projection? Projection { get; init; }

    /// <summary>u, [d]: the factor of that tensor.</summary>
    internal required float* IdentityScale { get; init; }

    /// <summary>dW, [C, w, d]; written.</summary>
    internal required float* Weights { get; init; }
}

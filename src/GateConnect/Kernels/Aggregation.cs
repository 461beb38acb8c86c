// What the kernels of the gated aggregation work on: sizes, and memory that is the caller's.
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

    /// <summary>x, a wide tensor of I branches and d channels.</summary>
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

    /// <summary>x', a wide tensor of R branches and d channels.</summary>
    internal required float* Output { get; init; }

    internal WideShape IdentityShape => new(Identities, Channels);

    internal WideShape OutputShape => new(Readers, Channels);

    /// <summary>W for products that give y (widen), or for those that lead back to r.</summary>
    internal PackedWeights PackExpand(bool widen) => PackedWeights.Slabs(
        new WideShape(Sources, Channels), Bottleneck, Expand, (nint)Channels * Bottleneck, Bottleneck, 1, widen);
}

/// <summary>What the forward pass of an aggregation multiplies with, packed: once for a batch in training, once for all in inference.</summary>
internal sealed class AggregationWeights(Aggregation aggregation, Reduction? next) : IDisposable
{
    /// <summary>g.</summary>
    internal OpenGates Gates { get; } = OpenGates.ByReader(aggregation);

    /// <summary>W.</summary>
    internal PackedWeights Expand { get; } = aggregation.PackExpand(widen: true);

    /// <summary>The 1x1 in of the module behind; null before the head.</summary>
    internal PackedWeights? Reduce { get; } = next?.Pack(widen: false);

    public void Dispose()
    {
        Gates.Dispose();
        Expand.Dispose();
        Reduce?.Dispose();
    }
}

/// <summary>Gradients of an <see cref="Aggregation"/>; all but the first are written.</summary>
internal sealed unsafe class AggregationGradients
{
    /// <summary>dx', a wide tensor of R branches and d channels; null where it comes from the module that read x'.</summary>
    internal required float* Output { get; init; }

    /// <summary>
    /// dy, a wide tensor of I branches and d channels, summed over the branches where they share x; u dy is what x gets. May
    /// stand where x' stands, if that has I branches.
    /// </summary>
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

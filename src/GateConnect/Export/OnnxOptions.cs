// What a caller may choose about an ONNX file, with the defaults in sight.
using GateConnect.Runtime;

namespace GateConnect.Export;

/// <summary>What an ONNX file reads.</summary>
public enum OnnxInput
{
    /// <summary><c>pixels</c>, uint8 [N, H, W, channels] as image libraries give them; normalised inside.</summary>
    Pixels,

    /// <summary><c>images</c>, float32 [N, channels, H, W], normalised by the caller.</summary>
    Normalized,
}

/// <summary>Where batch norms stand in an ONNX file.</summary>
public enum OnnxNorms
{
    /// <summary>Multiplied into the convolution before them.</summary>
    Folded,

    /// <summary>As nodes of their own, as the network was trained; for comparison.</summary>
    Nodes,
}

/// <summary>What an ONNX file gives.</summary>
public enum OnnxOutput
{
    /// <summary><c>logits</c>, float32 [N, classes].</summary>
    Logits,

    /// <summary><c>logits</c>, and <c>probabilities</c> of the same shape, their softmax.</summary>
    Probabilities,
}

/// <summary>How a network is written as ONNX.</summary>
public sealed record OnnxOptions
{
    /// <summary>The largest batch that can be fixed.</summary>
    public const int LargestBatch = 65_536;

    /// <summary>Images per batch, 1 to <see cref="LargestBatch"/>; null (default) leaves it to the caller.</summary>
    public int? BatchSize { get; init; }

    /// <summary>What the file reads; default pixels.</summary>
    public OnnxInput Input { get; init; } = OnnxInput.Pixels;

    /// <summary>Where norms stand; default folded.</summary>
    public OnnxNorms Norms { get; init; } = OnnxNorms.Folded;

    /// <summary>What the file gives; default logits alone.</summary>
    public OnnxOutput Output { get; init; } = OnnxOutput.Logits;

    /// <summary>Where the network comes from; default unknown.</summary>
    public OnnxProvenance Provenance { get; init; } = new(null, null, null);

    /// <summary>Stops the proof between batches with an <see cref="OperationCanceledException"/>; nothing is written then.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="ConfigurationException">The batch size is.</exception>
    public void Validate()
    {
        if (BatchSize is < 1 or > LargestBatch)
        {
            throw new ConfigurationException($"batch: {BatchSize} is outside 1 to {LargestBatch}");
        }
    }
}

/// <summary>What an ONNX file says about the run that made its network; null where it is unknown.</summary>
/// <param name="Recipe">The recipe as JSON, without paths.</param>
/// <param name="Top1Percent">Accuracy on the test images, 0 to 100.</param>
/// <param name="Commit">Of the repository that the run was started in.</param>
public sealed record OnnxProvenance(string? Recipe, double? Top1Percent, string? Commit);

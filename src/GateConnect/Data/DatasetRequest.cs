// Everything needed to read a dataset, whatever its kind: what the command line fills in and hands to DatasetReader.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Which dataset to read, from where, and how.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Path">Its folder or archive; not used for <see cref="DatasetKind.Shapes"/>.</param>
/// <param name="Seeds">For the split of a single folder, and for synthetic shapes.</param>
public sealed record DatasetRequest(DatasetKind Kind, string Path, Seeds Seeds)
{
    /// <summary>The side of the square images wanted, 1 to 1024; null for <see cref="DatasetDefaults.ImageSize"/>.</summary>
    public int? ImageSize { get; init; }

    /// <summary>The share of each class held out for the test where a folder has no split of its own, in (0, 1).</summary>
    public double TestFraction { get; init; } = 0.2;

    /// <summary>About how many bytes images being decoded may take at once.</summary>
    public long MemoryBound { get; init; } = 512L << 20;

    /// <summary>When the images of a folder are decoded.</summary>
    public DecodingPolicy Decoding { get; init; } = DecodingPolicy.Once;

    /// <summary>With streamed: the most that photos kept decoded may take, in bytes.</summary>
    public long DecodedCacheBytes { get; init; } = 512L << 20;

    /// <summary>What to do with an image that cannot be decoded.</summary>
    public UndecodablePolicy Policy { get; init; } = UndecodablePolicy.Fail;

    /// <summary>Whether a folder's images are read in colour or grey.</summary>
    public ImageColour Colour { get; init; } = ImageColour.Colour;

    /// <summary>What shapes to make; its image size is replaced by <see cref="ImageSize"/> where that is given.</summary>
    public ShapesOptions Shapes { get; init; } = new();

    /// <summary>Called while a folder is decoded, from the decoding threads, one call at a time.</summary>
    public Action<LoadProgress>? Progress { get; init; }

    /// <summary>Stops reading a folder.</summary>
    public CancellationToken Cancellation { get; init; }
}

// What a caller may choose about reading a folder of images, with the defaults in sight.
using System.Text.Json.Serialization;
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>What to do with an image file that cannot be decoded.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<UndecodablePolicy>))]
public enum UndecodablePolicy
{
    /// <summary>Stop with a <see cref="DataException"/> that names the file.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,

    /// <summary>Leave it out; <see cref="DatasetParts.Notes"/> names every such file once, and counts them.</summary>
    [JsonStringEnumMemberName("skip")]
    Skip,
}

/// <summary>How images come out of the decoder.</summary>
public enum ImageColour
{
    /// <summary>Three channels; a grey image has three equal ones.</summary>
    Colour,

    /// <summary>One channel, the luma 0.299 R + 0.587 G + 0.114 B.</summary>
    Grey,
}

/// <summary>When the images of a folder are decoded.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DecodingPolicy>))]
public enum DecodingPolicy
{
    /// <summary>Once, to squares that stay in memory.</summary>
    [JsonStringEnumMemberName("once")]
    Once,

    /// <summary>
    /// Whenever they are asked for, by all processors: memory does not grow with their number, and random crops are taken from whole photos.
    /// </summary>
    [JsonStringEnumMemberName("streamed")]
    Streamed,
}

/// <summary>How far reading has come.</summary>
/// <param name="Done">Images decoded so far.</param>
/// <param name="Total">Images there are.</param>
public readonly record struct LoadProgress(int Done, int Total);

/// <summary>How to read a folder of images.</summary>
/// <param name="ImageSize">The side of the square images wanted, in pixels, 1 to 1024.</param>
/// <param name="Seeds">Seeds of the split, where there is one folder only.</param>
public sealed record ImageFolderOptions(int ImageSize, Seeds Seeds)
{
    /// <summary>The largest image size.</summary>
    public const int LargestImageSize = 1024;

    /// <summary>The share of each class held out for the test, in (0, 1), where there is one folder only.</summary>
    public double TestFraction { get; init; } = 0.2;

    /// <summary>
    /// About how many bytes images being decoded may take at once. An image that needs more by itself is decoded alone.
    /// </summary>
    public long MemoryBound { get; init; } = 512L << 20;

    /// <summary>What to do with an image that cannot be decoded.</summary>
    public UndecodablePolicy Policy { get; init; } = UndecodablePolicy.Fail;

    /// <summary>When images are decoded; default once.</summary>
    public DecodingPolicy Decoding { get; init; } = DecodingPolicy.Once;

    /// <summary>With streamed: the most that photos kept decoded may take, in bytes; default 512 MiB, 0 for none.</summary>
    public long DecodedCacheBytes { get; init; } = 512L << 20;

    /// <summary>Whether images come out in colour (also where all are grey) or grey.</summary>
    public ImageColour Colour { get; init; } = ImageColour.Colour;

    /// <summary>Called from the decoding threads, one call at a time, in increasing order.</summary>
    public Action<LoadProgress>? Progress { get; init; }

    /// <summary>Stops reading with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>A decoder for these images.</summary>
    internal ImageDecoder Decoder() => new(ImageSize, Colour, new DecodingBudget(MemoryBound));

    /// <summary>Refuses values out of range, all of them at once.</summary>
    /// <exception cref="ConfigurationException">A value is out of range.</exception>
    internal void Validate()
    {
        var mistakes = new List<string>();
        if (ImageSize is < 1 or > LargestImageSize)
        {
            mistakes.Add($"image size: {ImageSize}, expected 1 to {LargestImageSize}");
        }
        if (TestFraction is not (> 0 and < 1))
        {
            mistakes.Add(FormattableString.Invariant($"test fraction: {TestFraction}, expected more than 0 and less than 1"));
        }
        if (DecodedCacheBytes < 0)
        {
            mistakes.Add($"decoded cache: {DecodedCacheBytes} bytes, expected 0 or more");
        }
        if (MemoryBound < 1)
        {
            mistakes.Add($"memory bound: {MemoryBound} bytes, expected at least 1");
        }
        if (mistakes.Count > 0)
        {
            throw new ConfigurationException(mistakes);
        }
    }
}

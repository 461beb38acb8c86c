// The names that recipes give to augmentations.
using GateConnect.Data;

namespace GateConnect.Experiments;

/// <summary>Augmentations by name.</summary>
public static class AugmentationNames
{
    /// <summary>Every name: <c>none</c>, <c>crop</c> (no flip: digits, letters), <c>crop-flip</c>, <c>resized-crop-flip</c>.</summary>
    public static IReadOnlyList<string> All { get; } = ["none", "crop", "crop-flip", "resized-crop-flip"];

    /// <summary>The augmentation called <paramref name="name"/>, or the dataset's usual one for null.</summary>
    /// <param name="name">One of <see cref="All"/>, or null.</param>
    /// <param name="kind">Decides what is usual, and what is padded with.</param>
    /// <param name="imageSize">Side in pixels; crops move by up to an eighth of it.</param>
    /// <param name="decoding">Streamed photos are cropped before they are resized; that is usual then.</param>
    public static Augmentation Resolve(string? name, DatasetKind kind, int imageSize, DecodingPolicy decoding = DecodingPolicy.Once)
    {
        var usual = Augmentation.DefaultFor(kind, imageSize);
        return name switch
        {
            null or "resized-crop-flip" when decoding == DecodingPolicy.Streamed => Augmentation.PhotoCropFlip,
            null => usual,
            "none" => Augmentation.None,
            "crop" => usual with { Flip = HorizontalFlip.Off },
            "crop-flip" => usual with { Flip = HorizontalFlip.On },
            "resized-crop-flip" => Augmentation.ResizedCropFlip,
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, $"expected one of {string.Join(", ", All)}"),
        };
    }
}

// What may be done to a training image: plain values with presets. ImageTransform carries it out.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Whether images are mirrored left to right.</summary>
public enum HorizontalFlip
{
    /// <summary>Never: for digits, letters, and whatever means something else when mirrored.</summary>
    Off,

    /// <summary>With probability one half.</summary>
    On,
}

/// <summary>What lies outside the image when it is padded.</summary>
public enum PadFill
{
    /// <summary>The mean colour, which is zero after normalisation (the ResNeXt recipe pads after normalising).</summary>
    MeanColour,

    /// <summary>Black, for images on a black ground such as MNIST's: the border stays invisible.</summary>
    Black,
}

/// <summary>Shares of the image's area.</summary>
/// <param name="Smallest">In (0, 1].</param>
/// <param name="Largest">In [<paramref name="Smallest"/>, 1].</param>
public readonly record struct AreaRange(double Smallest, double Largest);

/// <summary>
/// Random changes of a training image. Each is a pure function of (seed, epoch, index of the image in its dataset).
/// </summary>
public sealed record Augmentation
{
    /// <summary>Images as they are.</summary>
    public static readonly Augmentation None = new();

    /// <summary>Pixels added on each side before a random crop back to the image's size; 0 for no crop.</summary>
    public int Pad { get; init; }

    /// <summary>What is added.</summary>
    public PadFill Fill { get; init; } = PadFill.MeanColour;

    /// <summary>Whether half of the images are mirrored.</summary>
    public HorizontalFlip Flip { get; init; } = HorizontalFlip.Off;

    /// <summary>
    /// The area of a random rectangle (aspect ratio 3/4 to 4/3) that is stretched to the image's size by linear
    /// interpolation; null for none. Not together with <see cref="Pad"/>.
    /// </summary>
    public AreaRange? RandomResizedCrop { get; init; }

    /// <summary>The CIFAR recipe: pad, crop, flip.</summary>
    public static Augmentation PadCropFlip(int pad) => new() { Pad = pad, Flip = HorizontalFlip.On };

    /// <summary>The same without the flip, for digits and letters.</summary>
    public static Augmentation PadCrop(int pad) => new() { Pad = pad };

    /// <summary>
    /// The ImageNet recipe on images that were already cropped to size: a rectangle of 25 to 100 % of the area
    /// (not 8 %, which suits images larger than the network's), and flip.
    /// </summary>
    public static Augmentation ResizedCropFlip { get; } =
        new() { RandomResizedCrop = new AreaRange(0.25, 1), Flip = HorizontalFlip.On };

    /// <summary>The ImageNet recipe on whole photos (<see cref="DecodingPolicy.Streamed"/>): a rectangle of 8 to 100 % of the area, and flip.</summary>
    public static Augmentation PhotoCropFlip { get; } =
        new() { RandomResizedCrop = new AreaRange(0.08, 1), Flip = HorizontalFlip.On };

    /// <summary>
    /// What suits a dataset when nothing is said: shifts by up to an eighth of the side (the usual 4 of 32), on a black
    /// ground for MNIST and Fashion-MNIST, and no flip for digits.
    /// </summary>
    public static Augmentation DefaultFor(DatasetKind kind, int imageSize)
    {
        var pad = Math.Max(1, imageSize / 8);
        return kind switch
        {
            DatasetKind.Mnist => PadCrop(pad) with { Fill = PadFill.Black },
            DatasetKind.FashionMnist => PadCropFlip(pad) with { Fill = PadFill.Black },
            _ => PadCropFlip(pad),
        };
    }

    /// <summary>Everything that is wrong with these values for images of <paramref name="shape"/>; empty where all is well.</summary>
    public IReadOnlyList<string> Mistakes(ImageShape shape)
    {
        var mistakes = new List<string>();
        var most = Math.Min(shape.Height, shape.Width);
        if (Pad < 0 || Pad > most)
        {
            mistakes.Add($"augmentation.pad: {Pad}, expected 0 to {most} for images of {shape}");
        }
        if (RandomResizedCrop is { } area && !(area.Smallest > 0 && area.Smallest <= area.Largest && area.Largest <= 1))
        {
            mistakes.Add(FormattableString.Invariant(
                $"augmentation.randomResizedCrop: {area.Smallest} to {area.Largest}, expected 0 < smallest <= largest <= 1"));
        }
        if (RandomResizedCrop is not null && Pad != 0)
        {
            mistakes.Add($"augmentation.pad: {Pad}, expected 0 together with randomResizedCrop");
        }
        return mistakes;
    }

    /// <summary>Refuses values that do not fit images of <paramref name="shape"/>.</summary>
    /// <exception cref="ConfigurationException">Some do not; lists them all.</exception>
    internal void Validate(ImageShape shape)
    {
        var mistakes = Mistakes(shape);
        if (mistakes.Count > 0)
        {
            throw new ConfigurationException(mistakes);
        }
    }
}

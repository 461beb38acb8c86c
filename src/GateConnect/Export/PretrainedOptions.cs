// What a file of weights does not say about its network.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Runtime;

namespace GateConnect.Export;

/// <summary>How pretrained weights are to be read.</summary>
/// <param name="Size">{depth, bottleneck width, cardinality}: ResNeXt-50 32x4d is {50,4,32}.</param>
public sealed record PretrainedOptions(NetworkSize Size)
{
    /// <summary>Mean and deviation of ImageNet's pixels, with which torchvision and timm train.</summary>
    public static Normalization ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>Side of the images it was trained on, in pixels, 8 to 1024; null (default) for 224 at depth 50, 101 and 152, else 32.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Of the pixels, one mean and deviation per channel of the stem; default ImageNet's.</summary>
    public Normalization Normalization { get; init; } = ImageNet;

    /// <summary>How many classes the head must tell apart; null (default) for as many as it does.</summary>
    public int? Classes { get; init; }

    /// <summary>One name per class, in the order of the logits; null (default) for their numbers from 0.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>What it was trained on, by the name that <c>--dataset</c> takes; default <c>folder</c>.</summary>
    public string Dataset { get; init; } = DatasetKind.Folder.Text();

    /// <summary>Whose the last norms' affine is; default every branch's, without which no training can go on from it.</summary>
    public LastNormAffine LastNormAffine { get; init; } = LastNormAffine.PerBranch;

    internal int Side => ImageSize ?? (Size.IsLargeImageFamily ? 224 : 32);

    internal void Validate()
    {
        List<string> mistakes = [.. Size.Mistakes()];
        if (Side is < 8 or > ImageFolderOptions.LargestImageSize)
        {
            mistakes.Add($"imageSize: {Side} is outside 8 to {ImageFolderOptions.LargestImageSize}");
        }
        if (Classes < 2)
        {
            mistakes.Add($"classes: {Classes} is fewer than 2");
        }
        if (mistakes.Count > 0)
        {
            throw new ConfigurationException(mistakes);
        }
    }
}

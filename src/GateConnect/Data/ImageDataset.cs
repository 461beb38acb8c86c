// Labelled images as they stay in memory: one byte per channel value, never floats, decoded once; or photos that stay in their files.
// Everything that reads files ends here; everything that trains starts here.
using System.Buffers.Binary;
using System.Security.Cryptography;
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>
/// Labelled images of one size, as uint8 planes. A value in spirit: nothing in it changes after construction, and
/// <see cref="Subset"/> shares the pixels. Managed memory; nothing to dispose.
/// </summary>
public sealed class ImageDataset
{
    private readonly byte[][] pixels;
    private readonly int[] places;
    private readonly int[] labels;

    /// <summary>Takes ownership of the arrays.</summary>
    /// <param name="name">A short name for reports, such as <c>cifar10</c>.</param>
    /// <param name="shape">The shape of every image.</param>
    /// <param name="classNames">One name per class; their count is the number of classes.</param>
    /// <param name="pixels">One array per image, [channels, height, width], 0 to 255.</param>
    /// <param name="labels">One class index per image, each in [0, classes).</param>
    /// <exception cref="ArgumentException">Counts, sizes or labels do not fit each other.</exception>
    public ImageDataset(
        string name, ImageShape shape, IReadOnlyList<string> classNames, byte[][] pixels, int[] labels)
    {
        if (pixels.Length != labels.Length)
        {
            throw new ArgumentException($"{pixels.Length} images but {labels.Length} labels", nameof(labels));
        }
        for (var index = 0; index < labels.Length; index++)
        {
            if (pixels[index].Length != shape.ByteCount)
            {
                throw new ArgumentException(
                    $"image {index} has {pixels[index].Length} bytes, expected {shape.ByteCount} for {shape}", nameof(pixels));
            }
            if ((uint)labels[index] >= (uint)classNames.Count)
            {
                throw new ArgumentException(
                    $"label {labels[index]} of image {index} is outside 0 to {classNames.Count - 1}", nameof(labels));
            }
        }
        (Name, Shape, ClassNames, this.pixels, this.labels, places) = (name, shape, classNames, pixels, labels, []);
    }

    /// <summary>Photos in their files: image i is the one at <paramref name="places"/>[i], of class <paramref name="labels"/>[i].</summary>
    internal ImageDataset(string name, IReadOnlyList<string> classNames, PhotoFiles photos, int[] places, int[] labels) =>
        (Name, Shape, ClassNames, Photos, this.places, this.labels, pixels) = (name, photos.Shape, classNames, photos, places, labels, []);

    /// <summary>A short name for reports, such as <c>cifar10</c>.</summary>
    public string Name { get; }

    /// <summary>The shape of every image.</summary>
    public ImageShape Shape { get; }

    /// <summary>One name per class, in label order.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>How many images there are.</summary>
    public int Count => labels.Length;

    /// <summary>Where the images are, when they are not in memory.</summary>
    internal PhotoFiles? Photos { get; }

    /// <summary>What is known of image <paramref name="index"/>, where it is a photo in its file.</summary>
    internal PhotoFacts FactsOf(int index) => Photos!.FactsOf(places[index]);

    /// <summary>The pixels of image <paramref name="index"/>, [channels, height, width]; of a photo in its file, decoded now.</summary>
    /// <exception cref="DataException">The file has become undecodable.</exception>
    public ReadOnlySpan<byte> Pixels(int index) => Photos is null ? pixels[index] : Photos.Square(places[index]);

    /// <summary>A random rectangle of photo <paramref name="index"/>, [channels, height, width].</summary>
    /// <exception cref="DataException">The file has become undecodable.</exception>
    internal byte[] RandomCrop(int index, AreaRange area, SeededRandom random) => Photos!.RandomCrop(places[index], area, random);

    /// <summary>The class index of image <paramref name="index"/>, in [0, classes).</summary>
    public int Label(int index) => labels[index];

    /// <summary>How many images each class has, in label order.</summary>
    public int[] ClassCounts()
    {
        var counts = new int[ClassNames.Count];
        foreach (var label in labels)
        {
            counts[label]++;
        }
        return counts;
    }

    /// <summary>The images at <paramref name="indices"/>, in that order; pixels are shared, not copied.</summary>
    public ImageDataset Subset(IReadOnlyList<int> indices)
    {
        var chosenLabels = indices.Select(index => labels[index]).ToArray();
        return Photos is null
            ? new ImageDataset(Name, Shape, ClassNames, [.. indices.Select(index => pixels[index])], chosenLabels)
            : new ImageDataset(Name, ClassNames, Photos, [.. indices.Select(index => places[index])], chosenLabels);
    }

    /// <summary>
    /// SHA-256 over shape, class names, labels and pixels (of photos in their files: of their hashes), in lower-case hexadecimal;
    /// names these data in run.json.
    /// </summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{Shape}\n{string.Join('\n', ClassNames)}\n"));
        Span<byte> label = stackalloc byte[4];
        for (var index = 0; index < Count; index++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(label, labels[index]);
            hash.AppendData(label);
            hash.AppendData(Photos is null ? pixels[index] : FactsOf(index).Hash);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>The shape of an image as the network sees it.</summary>
/// <param name="Channels">1 for grey, 3 for colour.</param>
/// <param name="Height">Rows, in pixels.</param>
/// <param name="Width">Columns, in pixels.</param>
public readonly record struct ImageShape(int Channels, int Height, int Width)
{
    /// <summary>Bytes of one uint8 image of this shape.</summary>
    public int ByteCount => checked(Channels * Height * Width);

    /// <summary>Channels x height x width, as in <c>3x32x32</c>.</summary>
    public override string ToString() => $"{Channels}x{Height}x{Width}";
}

/// <summary>A training and a test (or validation) part of one dataset, with the same shape and classes.</summary>
/// <param name="Train">Images to learn from.</param>
/// <param name="Test">Images to measure on.</param>
public sealed record DatasetParts(ImageDataset Train, ImageDataset Test)
{
    /// <summary>What the reader did that its user should be told, one line each: ignored or skipped files, a split that was made.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

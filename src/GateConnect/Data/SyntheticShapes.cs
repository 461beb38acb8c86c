// Seeded pictures of simple shapes, for tests and for trying things without any file. Place, size, turn, colours
// (either may be the brighter) and noise are random, so that no weighted sum of pixels tells the classes apart.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>What to make.</summary>
public sealed record ShapesOptions
{
    /// <summary>Training images, at least one per class.</summary>
    public int TrainCount { get; init; } = 2000;

    /// <summary>Test images, at least one per class.</summary>
    public int TestCount { get; init; } = 500;

    /// <summary>The side of the images in pixels, 8 to 1024.</summary>
    public int ImageSize { get; init; } = 32;

    /// <summary>1 for grey, 3 for colour.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>How many of the eight shapes, 2 to 8.</summary>
    public int Classes { get; init; } = 8;
}

/// <summary>Makes datasets of <see cref="ShapesOptions"/>.</summary>
public static class SyntheticShapes
{
    private const int SmallestImage = 8;
    private const double NoiseLevels = 16;
    private const double LeastContrast = 60;

    /// <summary>
    /// Makes the images; each is a pure function of (seed, part, index), classes take turns.
    /// </summary>
    /// <exception cref="ConfigurationException">Options are out of range; lists all mistakes.</exception>
    public static DatasetParts Create(ShapesOptions options, Seeds seeds)
    {
        Validate(options);
        return new DatasetParts(Part(options, options.TrainCount, seeds, 0), Part(options, options.TestCount, seeds, 1));
    }

    private static ImageDataset Part(ShapesOptions options, int count, Seeds seeds, int part)
    {
        var shape = new ImageShape(options.Channels, options.ImageSize, options.ImageSize);
        var pixels = new byte[count][];
        var labels = new int[count];
        Parallel.For(0, count, index =>
        {
            labels[index] = index % options.Classes;
            pixels[index] = Draw(labels[index], shape, seeds.Generator("shapes", part, index));
        });
        return new ImageDataset("shapes", shape, [.. ShapeOutlines.Names.Take(options.Classes)], pixels, labels);
    }

    private static byte[] Draw(int label, ImageShape shape, SeededRandom random)
    {
        var (ground, ink) = Colours(shape.Channels, random);
        var placement = ShapePlacement.Draw(shape.Height, random);
        var image = new byte[shape.ByteCount];
        for (var row = 0; row < shape.Height; row++)
        {
            for (var column = 0; column < shape.Width; column++)
            {
                var share = placement.Coverage(label, row, column);
                for (var channel = 0; channel < shape.Channels; channel++)
                {
                    var value = ground[channel] + share * (ink[channel] - ground[channel]) + NoiseLevels * random.NextNormal();
                    image[(channel * shape.Height + row) * shape.Width + column] = (byte)Math.Clamp(Math.Round(value), 0, 255);
                }
            }
        }
        return image;
    }

    private static (double[] Ground, double[] Ink) Colours(int channels, SeededRandom random)
    {
        while (true)
        {
            var (ground, ink) = (Colour(channels, random), Colour(channels, random));
            if (ground.Zip(ink, (one, other) => Math.Abs(one - other)).Average() >= LeastContrast)
            {
                return (ground, ink);
            }
        }
    }

    private static double[] Colour(int channels, SeededRandom random)
    {
        var colour = new double[channels];
        for (var channel = 0; channel < channels; channel++)
        {
            colour[channel] = 255 * random.NextDouble();
        }
        return colour;
    }

    private static void Validate(ShapesOptions options)
    {
        var mistakes = new List<string>();
        var mostClasses = ShapeOutlines.Names.Count;
        const int mostPixels = ImageFolderOptions.LargestImageSize;
        Require(options.Classes >= 2 && options.Classes <= mostClasses, $"classes: {options.Classes}, expected 2 to {mostClasses}");
        Require(options.Channels is 1 or 3, $"channels: {options.Channels}, expected 1 or 3");
        Require(
            options.ImageSize is >= SmallestImage and <= mostPixels,
            $"imageSize: {options.ImageSize}, expected {SmallestImage} to {mostPixels}");
        Require(options.TrainCount >= options.Classes, $"trainCount: {options.TrainCount}, expected at least one per class");
        Require(options.TestCount >= options.Classes, $"testCount: {options.TestCount}, expected at least one per class");
        if (mistakes.Count > 0)
        {
            throw new ConfigurationException(mistakes);
        }

        void Require(bool holds, string mistake)
        {
            if (!holds)
            {
                mistakes.Add($"shapes.{mistake}");
            }
        }
    }
}

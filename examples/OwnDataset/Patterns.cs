// Images that exist as a tensor, as those of a simulation or a scientific instrument do, handed to the library.
using GateConnect.Data;
using GateConnect.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Examples;

/// <summary>Stripes and checks in random colours, places and widths.</summary>
internal static class Patterns
{
    private static readonly string[] ClassNames = ["rows", "columns", "checks"];

    /// <summary>Makes images; classes take turns.</summary>
    public static ImageDataset Create(int count, int size, Seeds seeds)
    {
        using var scope = NewDisposeScope();
        int[] labels = [.. Enumerable.Range(0, count).Select(index => index % ClassNames.Length)];
        var images = stack([.. labels.Select((label, index) => Draw(label, size, seeds.Generator("patterns", index)))]); // uint8 [N, 3, size, size]
        return FromTensor("patterns", images, labels);
    }

    // The library keeps images as bytes outside of libtorch: one array per image, channels first, 0 to 255.
    private static ImageDataset FromTensor(string name, Tensor images, int[] labels)
    {
        var shape = new ImageShape((int)images.shape[1], (int)images.shape[2], (int)images.shape[3]);
        byte[][] pixels = [.. images.contiguous().data<byte>().ToArray().Chunk(shape.ByteCount)];
        return new ImageDataset(name, shape, ClassNames, pixels, labels);
    }

    private static Tensor Draw(int label, int size, SeededRandom random)
    {
        using var scope = NewDisposeScope();
        Tensor Stripes() => tensor(Wave(size, random));                              // [size], 0 and 1
        var ink = label switch
        {
            0 => Stripes().unsqueeze(1).expand(size, size),
            1 => Stripes().unsqueeze(0).expand(size, size),
            _ => Stripes().unsqueeze(1).ne(Stripes().unsqueeze(0)).to(float32),      // [size, size]
        };
        var colours = tensor(Levels(6, random), [2, 3, 1, 1]);
        var image = colours[0].lerp(colours[1], ink.unsqueeze(0));                   // [3, size, size]
        var noise = tensor(Noise(image.numel(), random), image.shape);
        using Scalar darkest = 0, lightest = 255;                                    // held while libtorch reads them (docs/memory.md)
        return image.add(noise).round().clamp(darkest, lightest).to(uint8).MoveToOuterDisposeScope();
    }

    // Light and dark, each two to four pixels wide, beginning anywhere.
    private static float[] Wave(int size, SeededRandom random)
    {
        var (width, start) = (2 + random.NextInt(3), random.NextInt(8));
        return [.. Enumerable.Range(start, size).Select(place => (float)(place / width % 2))];
    }

    private static float[] Levels(int count, SeededRandom random) => [.. Enumerable.Range(0, count).Select(_ => (float)(255 * random.NextDouble()))];

    private static float[] Noise(long count, SeededRandom random) => [.. Enumerable.Range(0, (int)count).Select(_ => (float)(24 * random.NextNormal()))];
}

// Resizing as this project states it: the centred square whose side is the shorter side of the image, resampled to
// the wanted side. That is "shorter side to S, then centre crop to SxS" without rounding the longer side in between.
namespace GateConnect.Data;

/// <summary>Resizes images and whole datasets to squares.</summary>
internal static class ImageResizer
{
    /// <summary>
    /// The dataset with images of [channels, <paramref name="imageSize"/>, <paramref name="imageSize"/>]: the centred
    /// square is averaged by area where it shrinks (halving is the exact mean of 2x2, rounded half up) and linearly
    /// interpolated where it grows. Returns <paramref name="dataset"/> itself where nothing changes.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive.</exception>
    public static ImageDataset Resize(ImageDataset dataset, int imageSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(imageSize);
        var shape = dataset.Shape;
        if (shape.Height == imageSize && shape.Width == imageSize)
        {
            return dataset;
        }
        var to = shape with { Height = imageSize, Width = imageSize };
        var square = SquareResampling.Of(shape.Height, shape.Width, imageSize);
        var pixels = new byte[dataset.Count][];
        var labels = new int[dataset.Count];
        Parallel.For(0, dataset.Count, index =>
        {
            pixels[index] = ResizePlanes(dataset.Pixels(index), shape, to, square);
            labels[index] = dataset.Label(index);
        });
        return new ImageDataset(dataset.Name, to, dataset.ClassNames, pixels, labels);
    }

    /// <summary>Both parts of a dataset, resized.</summary>
    public static DatasetParts Resize(DatasetParts parts, int imageSize) =>
        parts with { Train = Resize(parts.Train, imageSize), Test = Resize(parts.Test, imageSize) };

    private static byte[] ResizePlanes(ReadOnlySpan<byte> source, ImageShape from, ImageShape to, SquareResampling square)
    {
        var target = new byte[to.ByteCount];
        var (fromPlane, toPlane) = (from.Height * from.Width, to.Height * to.Width);
        for (var channel = 0; channel < from.Channels; channel++)
        {
            square.Apply(
                source.Slice(channel * fromPlane, fromPlane),
                new PixelStrides(Row: from.Width, Column: 1),
                target.AsSpan(channel * toPlane, toPlane));
        }
        return target;
    }
}

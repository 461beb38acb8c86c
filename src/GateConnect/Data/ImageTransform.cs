// From the bytes of one image to the floats the network reads, in one pass: crop, flip and normalise together, through
// a table of 256 floats per channel. A pure function of (seed, epoch, index).
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Augments and normalises images of one shape. Immutable; may be used by many threads at once.</summary>
internal sealed class ImageTransform
{
    private readonly ImageShape shape;
    private readonly Augmentation augmentation;
    private readonly Seeds seeds;
    private readonly float[] table;
    private readonly float[] fill;

    /// <summary>Prepares the tables.</summary>
    /// <param name="shape">The shape of every image.</param>
    /// <param name="normalization">One mean and deviation per channel of the shape.</param>
    /// <param name="augmentation">What to draw.</param>
    /// <param name="seeds">Where the draws come from (the generator <see cref="Seeds.Augment"/>).</param>
    /// <exception cref="ArgumentException">The normalisation has another number of channels.</exception>
    /// <exception cref="ConfigurationException">The augmentation does not fit the shape.</exception>
    public ImageTransform(ImageShape shape, Normalization normalization, Augmentation augmentation, Seeds seeds)
    {
        if (normalization.Mean.Count != shape.Channels)
        {
            throw new ArgumentException(
                $"normalisation of {normalization.Mean.Count} channels, expected {shape.Channels} for {shape}", nameof(normalization));
        }
        augmentation.Validate(shape);
        (this.shape, this.augmentation, this.seeds, table) = (shape, augmentation, seeds, normalization.Table());
        fill = new float[shape.Channels];
        for (var channel = 0; channel < shape.Channels && augmentation.Fill == PadFill.Black; channel++)
        {
            fill[channel] = table[256 * channel];
        }
    }

    /// <summary>Writes image <paramref name="index"/> of a dataset as epoch <paramref name="epoch"/> sees it.</summary>
    /// <param name="images">Where it is; of this transform's shape.</param>
    /// <param name="index">The image.</param>
    /// <param name="target">Floats [channels, height, width], all of them overwritten.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <exception cref="DataException">A photo in its file has become undecodable.</exception>
    public void Apply(ImageDataset images, int index, Span<float> target, int epoch)
    {
        if (images.Photos is null || augmentation.RandomResizedCrop is not { } area)
        {
            Apply(images.Pixels(index), target, epoch, index);
            return;
        }
        var random = seeds.Generator(Seeds.Augment, epoch, index);
        Shift(images.RandomCrop(index, area, random), target, 0, 0);
        Flip(target, random);
    }

    /// <summary>Writes the image of <paramref name="index"/> as epoch <paramref name="epoch"/> sees it.</summary>
    /// <param name="source">Bytes [channels, height, width].</param>
    /// <param name="target">Floats of the same layout, all of them overwritten.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="index">The image's index in its dataset.</param>
    public void Apply(ReadOnlySpan<byte> source, Span<float> target, int epoch, int index)
    {
        if (augmentation.Pad == 0 && augmentation.RandomResizedCrop is null && augmentation.Flip == HorizontalFlip.Off)
        {
            Shift(source, target, 0, 0);
            return;
        }
        var random = seeds.Generator(Seeds.Augment, epoch, index);
        if (augmentation.RandomResizedCrop is { } area)
        {
            ResizedCrop.Draw(area, shape, random).Stretch(source, target, shape, table);
        }
        else
        {
            var down = random.NextInt(2 * augmentation.Pad + 1) - augmentation.Pad;
            var right = random.NextInt(2 * augmentation.Pad + 1) - augmentation.Pad;
            Shift(source, target, down, right);
        }
        Flip(target, random);
    }

    private void Flip(Span<float> target, SeededRandom random)
    {
        if (augmentation.Flip == HorizontalFlip.On && random.NextInt(2) == 1)
        {
            for (var start = 0; start < target.Length; start += shape.Width)
            {
                target.Slice(start, shape.Width).Reverse();
            }
        }
    }

    /// <summary>Target pixel (row, column) is source pixel (row + down, column + right), or fill outside the image.</summary>
    private void Shift(ReadOnlySpan<byte> source, Span<float> target, int down, int right)
    {
        var (height, width) = (shape.Height, shape.Width);
        var from = Math.Max(0, -right);
        var count = width - Math.Abs(right);
        for (var channel = 0; channel < shape.Channels; channel++)
        {
            var values = table.AsSpan(256 * channel, 256);
            for (var row = 0; row < height; row++)
            {
                var line = target.Slice((channel * height + row) * width, width);
                if ((uint)(row + down) >= (uint)height)
                {
                    line.Fill(fill[channel]);
                    continue;
                }
                line[..from].Fill(fill[channel]);
                line[(from + count)..].Fill(fill[channel]);
                Translate(source.Slice((channel * height + row + down) * width + from + right, count), line.Slice(from, count), values);
            }
        }
    }

    private static void Translate(ReadOnlySpan<byte> source, Span<float> target, ReadOnlySpan<float> values)
    {
        for (var column = 0; column < target.Length; column++)
        {
            target[column] = values[source[column]];
        }
    }
}

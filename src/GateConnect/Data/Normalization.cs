// Mean and standard deviation per channel, measured once on the training images and carried with the model ever after.
using System.Globalization;
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Per-channel normalisation, (value / 255 - mean) / std for a byte value. Compared by value.</summary>
public sealed record Normalization
{
    /// <summary>No standard deviation is smaller, so that a constant channel stays finite: one grey level.</summary>
    public const float SmallestStd = 1f / 255f;

    /// <summary>Checks and copies the values.</summary>
    /// <param name="mean">One per channel, in units of [0, 1] pixels.</param>
    /// <param name="std">One per channel, positive, in the same units.</param>
    /// <exception cref="ArgumentException">Counts differ or are zero, a value is not finite, or a deviation not positive.</exception>
    public Normalization(IReadOnlyList<float> mean, IReadOnlyList<float> std)
    {
        if (mean.Count == 0 || mean.Count != std.Count)
        {
            throw new ArgumentException($"{mean.Count} means and {std.Count} deviations, expected one of each per channel", nameof(std));
        }
        if (!mean.All(float.IsFinite) || !std.All(value => float.IsFinite(value) && value > 0))
        {
            throw new ArgumentException("means must be finite, deviations finite and positive", nameof(std));
        }
        (Mean, Std) = ([.. mean], [.. std]);
    }

    /// <summary>Per channel, in units of [0, 1] pixels.</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>Per channel, in units of [0, 1] pixels; never zero.</summary>
    public IReadOnlyList<float> Std { get; }

    /// <summary>Measures every pixel of <paramref name="dataset"/> (population deviation, at least <see cref="SmallestStd"/>).</summary>
    /// <exception cref="ArgumentException">The dataset is empty.</exception>
    public static Normalization Measure(ImageDataset dataset)
    {
        if (dataset.Count == 0)
        {
            throw new ArgumentException("no images to measure", nameof(dataset));
        }
        var channels = dataset.Shape.Channels;
        var (mean, std) = (new float[channels], new float[channels]);
        for (var channel = 0; channel < channels; channel++)
        {
            (mean[channel], std[channel]) = dataset.Photos is null ? Moments(Histogram(dataset, channel)) : MomentsOfPhotos(dataset, channel);
        }
        return new Normalization(mean, std);
    }

    /// <summary>Reads <c>0.485,0.456,0.406/0.229,0.224,0.225</c>: the means, a slash, the deviations.</summary>
    /// <exception cref="ConfigurationException">The text is no such lists, or their values are no normalisation.</exception>
    public static Normalization Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return text.Split('/') is [var mean, var std]
                ? new Normalization(Numbers(mean), Numbers(std))
                : throw new FormatException("expected means, a slash and deviations");
        }
        catch (Exception mistake) when (mistake is FormatException or ArgumentException)
        {
            throw new ConfigurationException(
                $"'{UntrustedText.Printable(text)}' is no normalisation ({UntrustedText.Printable(mistake.Message)}); "
                + "write it as 0.485,0.456,0.406/0.229,0.224,0.225");
        }
    }

    /// <summary>The form that <see cref="Parse"/> reads, without loss.</summary>
    public override string ToString() => $"{Text(Mean)}/{Text(Std)}";

    private static float[] Numbers(string list) =>
        [.. list.Split(',').Select(number => float.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture))];

    private static string Text(IReadOnlyList<float> values) =>
        string.Join(',', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>What each byte value becomes: entry 256 * channel + value.</summary>
    public float[] Table()
    {
        var table = new float[256 * Mean.Count];
        for (var entry = 0; entry < table.Length; entry++)
        {
            var (channel, value) = Math.DivRem(entry, 256);
            table[entry] = (float)((value / 255.0 - Mean[channel]) / Std[channel]);
        }
        return table;
    }

    /// <summary>Equal where all means and deviations are equal.</summary>
    public bool Equals(Normalization? other) => other is not null && Mean.SequenceEqual(other.Mean) && Std.SequenceEqual(other.Std);

    /// <inheritdoc/>
    public override int GetHashCode() => Mean.Concat(Std).Aggregate(Mean.Count, HashCode.Combine);

    // Counting values keeps the sums exact, whatever the order and the number of images.
    private static long[] Histogram(ImageDataset dataset, int channel)
    {
        var histogram = new long[256];
        var plane = dataset.Shape.Height * dataset.Shape.Width;
        for (var index = 0; index < dataset.Count; index++)
        {
            foreach (var value in dataset.Pixels(index).Slice(channel * plane, plane))
            {
                histogram[value]++;
            }
        }
        return histogram;
    }

    private static (float Mean, float Std) Moments(long[] histogram)
    {
        double count = histogram.Sum();
        var mean = histogram.Select((occurrences, value) => occurrences * (value / 255.0)).Sum() / count;
        var variance = histogram.Select((occurrences, value) => occurrences * Math.Pow(value / 255.0 - mean, 2)).Sum() / count;
        return ((float)mean, Math.Max((float)Math.Sqrt(variance), SmallestStd));
    }

    // Whole numbers up to the division: count x squares - sum x sum loses nothing.
    private static (float Mean, float Std) MomentsOfPhotos(ImageDataset dataset, int channel)
    {
        Int128 count = (Int128)dataset.Count * dataset.Shape.Height * dataset.Shape.Width, sum = 0, squares = 0;
        for (var index = 0; index < dataset.Count; index++)
        {
            var facts = dataset.FactsOf(index);
            (sum, squares) = (sum + facts.Sums[channel], squares + facts.Squares[channel]);
        }
        var variance = (double)((count * squares) - (sum * sum)) / (double)(count * count) / (255.0 * 255.0);
        return ((float)((double)sum / (double)count / 255.0), Math.Max((float)Math.Sqrt(variance), SmallestStd));
    }
}

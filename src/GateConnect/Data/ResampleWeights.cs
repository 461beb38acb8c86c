// One rule for every change of size, along one axis: where the image shrinks, each new pixel is the average of the
// area it covers (so halving is exactly the mean of 2x2, and nothing aliases); where it grows, linear interpolation
// between pixel centres.
namespace GateConnect.Data;

/// <summary>For every target pixel of an axis: the first source pixel it reads and its weights, which sum to 1.</summary>
internal sealed class ResampleWeights
{
    private readonly int[] starts;
    private readonly float[][] weights;

    private ResampleWeights(int[] starts, float[][] weights) => (this.starts, this.weights) = (starts, weights);

    /// <summary>How many target pixels there are.</summary>
    internal int Count => starts.Length;

    /// <summary>The first source pixel that target pixel <paramref name="target"/> reads.</summary>
    internal int Start(int target) => starts[target];

    /// <summary>The weights of the source pixels from <see cref="Start"/> on.</summary>
    internal ReadOnlySpan<float> Of(int target) => weights[target];

    /// <summary>
    /// Spreads the stretch [from, from + extent) of an axis of <paramref name="length"/> pixels over <paramref name="count"/>.
    /// </summary>
    internal static ResampleWeights Along(int length, double from, double extent, int count)
    {
        var starts = new int[count];
        var weights = new float[count][];
        var scale = extent / count;
        for (var target = 0; target < count; target++)
        {
            (starts[target], weights[target]) = scale >= 1
                ? Cover(length, from + target * scale, from + (target + 1) * scale)
                : Interpolate(length, from + (target + 0.5) * scale - 0.5);
        }
        return new ResampleWeights(starts, weights);
    }

    private static (int Start, float[] Weights) Cover(int length, double low, double high)
    {
        var first = Math.Clamp((int)Math.Floor(low), 0, length - 1);
        var last = Math.Clamp((int)Math.Ceiling(high) - 1, first, length - 1);
        var shares = new double[last - first + 1];
        for (var pixel = first; pixel <= last; pixel++)
        {
            shares[pixel - first] = Math.Max(0, Math.Min(high, pixel + 1) - Math.Max(low, pixel));
        }
        var sum = shares.Sum();
        return (first, [.. shares.Select(share => (float)(share / sum))]);
    }

    private static (int Start, float[] Weights) Interpolate(int length, double centre)
    {
        var clamped = Math.Clamp(centre, 0, length - 1);
        var first = Math.Min((int)clamped, Math.Max(0, length - 2));
        var fraction = (float)(clamped - first);
        return length == 1 ? (0, [1f]) : (first, [1 - fraction, fraction]);
    }
}

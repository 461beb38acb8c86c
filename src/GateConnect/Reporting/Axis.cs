// One axis of a diagram: values from Low to High lie on pixels from Start to End, and ticks stand at round numbers.
namespace GateConnect.Reporting;

internal sealed record Axis(double Low, double High, double Start, double End)
{
    /// <summary>From the round number below all values to the one above.</summary>
    public static Axis Round(double[] values, double start, double end)
    {
        var (low, high) = values.Length == 0 ? (0, 1) : (values.Min(), values.Max());
        var step = Step(high > low ? high - low : Math.Max(Math.Abs(high), 1), about: 5);
        var (below, above) = (Math.Floor(low / step) * step, Math.Ceiling(high / step) * step);
        return above > below ? new Axis(below, above, start, end) : new Axis(below - step, above + step, start, end);
    }

    /// <summary>Where a value lies, in pixels; a single value lies in the middle.</summary>
    public double At(double value) => High > Low ? Start + ((value - Low) / (High - Low) * (End - Start)) : (Start + End) / 2;

    /// <summary>Round numbers within the axis.</summary>
    public IEnumerable<double> Ticks(bool wholeOnly, int about)
    {
        var step = High > Low ? Step(High - Low, about) : 1;
        step = wholeOnly ? Math.Max(1, step) : step;
        for (var count = Math.Ceiling((Low / step) - 1e-9); count * step <= High + (1e-9 * step); count++)
        {
            yield return Math.Round(count * step, 9);
        }
    }

    /// <summary>A tick in letters.</summary>
    public static string Label(double tick) => tick.ToString("0.######", Invariant.Culture);

    // The largest of 1, 2 and 5 times a power of ten that gives about so many steps.
    private static double Step(double range, int about)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(range / about)));
        return power * ((range / about / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 });
    }
}

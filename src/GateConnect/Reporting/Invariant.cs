// Numbers as reports print them: the same text on every machine, whatever its culture.
using System.Globalization;

namespace GateConnect.Reporting;

internal static class Invariant
{
    public static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static string Text(long value) => value.ToString(Culture);

    /// <summary>A count with commas: 247,898.</summary>
    public static string Grouped(long value) => value.ToString("N0", Culture);

    /// <summary>With this many places after the point; a dash for what is missing or no number.</summary>
    public static string Fixed(double? value, int places) =>
        value is { } number && double.IsFinite(number) ? number.ToString("F" + places.ToString(Culture), Culture) : "-";

    /// <summary>The noun for so many: seed, seeds.</summary>
    public static string Plural(int count, string noun) => count == 1 ? noun : noun + "s";

    /// <summary>A difference in points, with its sign: +0.31, −0.07.</summary>
    public static string Points(double value) => value.ToString("+0.00;−0.00;0.00", Culture);

    /// <summary>How a cost changed: <c>−3.1 %</c>, or <c>the same</c>.</summary>
    public static string Change(long before, long after) => before == after || before == 0
        ? "the same"
        : $"{(after < before ? "−" : "+")}{Fixed(Math.Abs(100.0 * (after - before) / before), 1)} %";

    /// <summary>At most two places: coordinates of pictures.</summary>
    public static string Short(double value)
    {
        var rounded = Math.Round(value, 2, MidpointRounding.AwayFromZero);
        return (rounded == 0 ? 0 : rounded).ToString("0.##", Culture);
    }

    /// <summary>The shortest text that reads back as the same number.</summary>
    public static string Exact(double value) => value.ToString("R", Culture);

    /// <summary>Bytes in the unit that suits them, binary: 12.5 MiB.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1L << 10 => Text(bytes) + " B",
        < 1L << 20 => Fixed(bytes / 1024.0, 1) + " KiB",
        < 1L << 30 => Fixed(bytes / (1024.0 * 1024), 1) + " MiB",
        _ => Fixed(bytes / (1024.0 * 1024 * 1024), 1) + " GiB",
    };
}

// Means and tests over seeds. Two rules are compared on the same seeds, pair by pair: equal seeds have equal images, order
// and initial weights, so that much of the noise is the same on both sides.
using MathNet.Numerics.Distributions;

namespace GateConnect.Reporting;

/// <summary>A mean over seeds.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Std">The standard deviation (n - 1); NaN for one value.</param>
/// <param name="Count">How many values.</param>
public readonly record struct Spread(double Mean, double Std, int Count)
{
    /// <summary>Of these values.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0)
        {
            throw new ArgumentException("no values", nameof(values));
        }
        var mean = values.Average();
        var std = values.Count < 2 ? double.NaN : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
        return new Spread(mean, std, values.Count);
    }
}

/// <summary>A paired t-test of one rule against another.</summary>
/// <param name="Difference">First minus second, over the seeds that both have.</param>
/// <param name="T">Mean over its standard error; NaN for fewer than two seeds.</param>
/// <param name="P">Two-sided: how often a difference this large comes about where there is none. NaN for fewer than two seeds.</param>
public readonly record struct PairedTest(Spread Difference, double T, double P)
{
    /// <summary>Compares values by seed; null where no seed is in both.</summary>
    public static PairedTest? Of(IReadOnlyDictionary<ulong, double> first, IReadOnlyDictionary<ulong, double> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        double[] differences = [.. first.Where(entry => second.ContainsKey(entry.Key)).Select(entry => entry.Value - second[entry.Key])];
        if (differences.Length == 0)
        {
            return null;
        }
        var spread = Spread.Of(differences);
        if (differences.Length < 2)
        {
            return new PairedTest(spread, double.NaN, double.NaN);
        }
        // Where every seed shows the same difference there is no noise: t is infinite, or there is nothing to test.
        var t = spread.Std > 0 ? spread.Mean / (spread.Std / Math.Sqrt(differences.Length))
            : spread.Mean == 0 ? 0
            : double.PositiveInfinity * Math.Sign(spread.Mean);
        return new PairedTest(spread, t, 2 * StudentT.CDF(0, 1, differences.Length - 1, -Math.Abs(t)));
    }
}

/// <summary>
/// How much of a spread is due to the rows (wirings), how much to the columns (seeds), and how much to neither: the components of
/// variance of a two-way layout with one value per place.
/// </summary>
/// <param name="RowStd">Standard deviation between rows, in the values' unit; 0 where they differ no more than by chance.</param>
/// <param name="ColumnStd">Standard deviation between columns.</param>
/// <param name="ResidualStd">What is left: chance, and how rows and columns work together.</param>
/// <param name="P">How often rows differ as much where they are all alike (F test).</param>
public readonly record struct VarianceComponents(double RowStd, double ColumnStd, double ResidualStd, double P)
{
    /// <summary>Of a table.</summary>
    /// <param name="values">[rows, columns], two of each at least.</param>
    /// <exception cref="ArgumentException">There are fewer.</exception>
    public static VarianceComponents Of(double[,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var (rows, columns) = (values.GetLength(0), values.GetLength(1));
        if (rows < 2 || columns < 2)
        {
            throw new ArgumentException($"{rows} x {columns} values, expected 2 x 2 at least", nameof(values));
        }
        double[] rowMeans = [.. Enumerable.Range(0, rows).Select(row => Enumerable.Range(0, columns).Average(column => values[row, column]))];
        double[] columnMeans = [.. Enumerable.Range(0, columns).Select(column => Enumerable.Range(0, rows).Average(row => values[row, column]))];
        var mean = rowMeans.Average();
        var between = columns * rowMeans.Sum(row => (row - mean) * (row - mean)) / (rows - 1);
        var across = rows * columnMeans.Sum(column => (column - mean) * (column - mean)) / (columns - 1);
        double rest = 0;
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                rest += Math.Pow(values[row, column] - rowMeans[row] - columnMeans[column] + mean, 2);
            }
        }
        rest /= (rows - 1) * (columns - 1);
        return new VarianceComponents(
            Math.Sqrt(Math.Max(0, (between - rest) / columns)), Math.Sqrt(Math.Max(0, (across - rest) / rows)), Math.Sqrt(rest),
            rest > 0 ? 1 - FisherSnedecor.CDF(rows - 1, (rows - 1) * (columns - 1), between / rest) : between > 0 ? 0 : 1);
    }
}

// Which gates are open, so that closed ones cost nothing: seen from the readers, who sum over sources, or from the sources,
// to whom the gradients of their readers flow back.
namespace GateConnect.Kernels;

/// <summary>The rows of a matrix of gates, each with its open ones. Dispose it.</summary>
internal sealed unsafe class OpenGates : IDisposable
{
    // From this share of open gates on, the dense product is faster: it serves four rows with every load.
    private const double DenseShare = 0.5;

    private readonly int[][] open;
    private readonly PackedWeights weights;

    private OpenGates(float* gates, int rows, nint rowStride, int columns, nint columnStride)
    {
        (Rows, Columns) = (rows, columns);
        open = [.. Enumerable.Range(0, rows).Select(row =>
            Enumerable.Range(0, columns).Where(column => gates[(row * rowStride) + (column * columnStride)] != 0f).ToArray())];
        Dense = open.Sum(row => row.Length) >= DenseShare * rows * columns;
        weights = Dense ? new PackedWeights(1, rows, columns) : new PackedWeights(rows, 1, columns);
        if (Dense)
        {
            weights.Pack(0, gates, rows, rowStride, columns, columnStride);
            return;
        }
        for (var row = 0; row < rows; row++)
        {
            float[] values = [.. open[row].Select(column => gates[(row * rowStride) + (column * columnStride)])];
            fixed (float* first = values)
            {
                weights.Pack(row, first, 1, 0, values.Length, 1);
            }
        }
    }

    /// <summary>A row for every reader, [R, C].</summary>
    internal static OpenGates ByReader(Aggregation aggregation) =>
        new(aggregation.Gates, aggregation.Readers, aggregation.Sources, aggregation.Sources, 1);

    /// <summary>A row for every source, [C, R].</summary>
    internal static OpenGates BySource(Aggregation aggregation) =>
        new(aggregation.Gates, aggregation.Sources, 1, aggregation.Readers, aggregation.Sources);

    internal int Rows { get; }

    internal int Columns { get; }

    /// <summary>Whether so many gates are open that skipping the closed ones does not pay.</summary>
    internal bool Dense { get; }

    /// <summary>The columns whose gates are open in a row.</summary>
    internal ReadOnlySpan<int> Of(int row) => open[row];

    /// <summary>The gates of <see cref="Of"/>, packed; where gates are dense, those of all rows from row 0.</summary>
    internal float* Weights(int row) => weights[row];

    public void Dispose() => weights.Dispose();
}

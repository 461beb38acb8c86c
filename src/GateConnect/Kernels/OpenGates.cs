// Which gates are open, by reader and by source, so that closed ones cost nothing.
namespace GateConnect.Kernels;

/// <summary>The open gates of one module.</summary>
internal sealed unsafe class OpenGates : IDisposable
{
    // From this share of open gates on, the dense product is faster: it serves four readers with every load.
    private const double DenseShare = 0.75;

    private readonly int[][] sources;
    private readonly int[][] readers;
    private readonly Scratch weights;
    private readonly int rows;

    internal OpenGates(Aggregation aggregation)
    {
        var (readerCount, sourceCount) = (aggregation.Readers, aggregation.Sources);
        rows = readerCount;
        bool Open(int reader, int source) => aggregation.Gates[(reader * sourceCount) + source] != 0f;
        sources = [.. Enumerable.Range(0, readerCount).Select(reader =>
            Enumerable.Range(0, sourceCount).Where(source => Open(reader, source)).ToArray())];
        readers = [.. Enumerable.Range(0, sourceCount).Select(source =>
            Enumerable.Range(0, readerCount).Where(reader => Open(reader, source)).ToArray())];
        Dense = sources.Sum(row => row.Length) >= DenseShare * readerCount * sourceCount;
        weights = new Scratch(readerCount + sourceCount, Math.Max(readerCount, sourceCount));
        for (var reader = 0; reader < readerCount; reader++)
        {
            for (var index = 0; index < sources[reader].Length; index++)
            {
                weights[reader][index] = aggregation.Gates[(reader * sourceCount) + sources[reader][index]];
            }
        }
        for (var source = 0; source < sourceCount; source++)
        {
            for (var index = 0; index < readers[source].Length; index++)
            {
                weights[rows + source][index] = aggregation.Gates[(readers[source][index] * sourceCount) + source];
            }
        }
    }

    /// <summary>Whether so many gates are open that skipping the closed ones does not pay.</summary>
    internal bool Dense { get; }

    /// <summary>The sources that a reader reads.</summary>
    internal ReadOnlySpan<int> SourcesOf(int reader) => sources[reader];

    /// <summary>The readers of a source.</summary>
    internal ReadOnlySpan<int> ReadersOf(int source) => readers[source];

    /// <summary>The gates of <see cref="SourcesOf"/>.</summary>
    internal float* WeightsOf(int reader) => weights[reader];

    /// <summary>The gates of <see cref="ReadersOf"/>.</summary>
    internal float* WeightsTo(int source) => weights[rows + source];

    public void Dispose() => weights.Dispose();
}

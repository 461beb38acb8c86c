// Which gates are open, by reader and by source, so that closed ones cost nothing.
namespace GateConnect.Kernels;

/// <summary>The open gates of one module.</summary>
internal sealed unsafe class OpenGates : IDisposable
{
    // From this share of open gates on, the dense product is faster: it serves four readers with every load.
    private const double DenseShare = 0.75;

    private readonly int[][] sources;
    private readonly int[][] readers;
    private readonly PackedWeights readerWeights;
    private readonly PackedWeights sourceWeights;

    internal OpenGates(Aggregation aggregation)
    {
        var (readerCount, sourceCount) = (aggregation.Readers, aggregation.Sources);
        bool Open(int reader, int source) => aggregation.Gates[(reader * sourceCount) + source] != 0f;
        sources = [.. Enumerable.Range(0, readerCount).Select(reader =>
            Enumerable.Range(0, sourceCount).Where(source => Open(reader, source)).ToArray())];
        readers = [.. Enumerable.Range(0, sourceCount).Select(source =>
            Enumerable.Range(0, readerCount).Where(reader => Open(reader, source)).ToArray())];
        Dense = sources.Sum(row => row.Length) >= DenseShare * readerCount * sourceCount;
        readerWeights = Dense ? new PackedWeights(1, readerCount, sourceCount) : new PackedWeights(readerCount, 1, sourceCount);
        sourceWeights = Dense ? new PackedWeights(1, sourceCount, readerCount) : new PackedWeights(sourceCount, 1, readerCount);
        if (Dense)
        {
            readerWeights.Pack(0, aggregation.Gates, readerCount, sourceCount, sourceCount, 1);
            sourceWeights.Pack(0, aggregation.Gates, sourceCount, 1, readerCount, sourceCount);
            return;
        }
        for (var reader = 0; reader < readerCount; reader++)
        {
            var row = sources[reader].Select(source => aggregation.Gates[(reader * sourceCount) + source]).ToArray();
            fixed (float* values = row)
            {
                readerWeights.Pack(reader, values, 1, 0, row.Length, 1);
            }
        }
        for (var source = 0; source < sourceCount; source++)
        {
            var row = readers[source].Select(reader => aggregation.Gates[(reader * sourceCount) + source]).ToArray();
            fixed (float* values = row)
            {
                sourceWeights.Pack(source, values, 1, 0, row.Length, 1);
            }
        }
    }

    /// <summary>Whether so many gates are open that skipping the closed ones does not pay.</summary>
    internal bool Dense { get; }

    /// <summary>The sources that a reader reads.</summary>
    internal ReadOnlySpan<int> SourcesOf(int reader) => sources[reader];

    /// <summary>The readers of a source.</summary>
    internal ReadOnlySpan<int> ReadersOf(int source) => readers[source];

    /// <summary>The gates of <see cref="SourcesOf"/>, packed; where gates are dense, of all readers from reader 0.</summary>
    internal float* WeightsOf(int reader) => readerWeights[reader];

    /// <summary>The gates of <see cref="ReadersOf"/>, packed; where gates are dense, of all sources from source 0.</summary>
    internal float* WeightsTo(int source) => sourceWeights[source];

    public void Dispose()
    {
        readerWeights.Dispose();
        sourceWeights.Dispose();
    }
}

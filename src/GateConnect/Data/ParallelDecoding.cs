// Decodes a list of image files on all processors, within the memory bound. Which failure is reported does not depend
// on the threads: it is the one of the first damaged file.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>What came out of decoding.</summary>
/// <param name="Shape">The shape of every image.</param>
/// <param name="Pixels">One array per file; null where the file was skipped.</param>
/// <param name="Failures">One per skipped file, in the order of the files.</param>
internal sealed record DecodedImages(ImageShape Shape, byte[]?[] Pixels, IReadOnlyList<DataException> Failures);

/// <summary>Decodes many files at once.</summary>
internal static class ParallelDecoding
{
    /// <summary>Decodes <paramref name="files"/>.</summary>
    /// <exception cref="DataException">A file is undecodable and the policy is to fail.</exception>
    internal static DecodedImages Run(string[] files, ImageFolderOptions options)
    {
        var decoder = new ImageDecoder(options.ImageSize, options.Colour, new DecodingBudget(options.MemoryBound));
        var pixels = new byte[]?[files.Length];
        var failures = new DataException?[files.Length];
        var progress = new ProgressCount(files.Length, options.Progress);
        var degree = new ParallelOptions
        {
            MaxDegreeOfParallelism = Environment.ProcessorCount,
            CancellationToken = options.Cancellation,
        };
        Parallel.For(0, files.Length, degree, (index, loop) =>
        {
            try
            {
                pixels[index] = decoder.Decode(files[index]);
            }
            catch (DataException failure)
            {
                failures[index] = failure;
                if (options.Policy == UndecodablePolicy.Fail)
                {
                    loop.Break(); // unlike Stop, still decodes every earlier file
                }
            }
            progress.Add();
        });
        var found = failures.OfType<DataException>().ToArray();
        return found.Length == 0 || options.Policy == UndecodablePolicy.Skip
            ? new DecodedImages(decoder.Shape, pixels, found)
            : throw found[0];
    }

    /// <summary>Reports at most about two hundred times, in order, one call at a time.</summary>
    private sealed class ProgressCount(int total, Action<LoadProgress>? report)
    {
        private readonly Lock turn = new();
        private readonly int step = Math.Max(1, total / 200);
        private int done;

        internal void Add()
        {
            lock (turn)
            {
                done++;
                if (done % step == 0 || done == total)
                {
                    report?.Invoke(new LoadProgress(done, total));
                }
            }
        }
    }
}

// Decodes a list of image files on all processors, within the memory bound. Which failure is reported does not depend
// on the threads: it is the one of the first damaged file.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>What came out of decoding.</summary>
/// <param name="Images">One per file; null where the file was skipped.</param>
/// <param name="Failures">One per skipped file, in the order of the files.</param>
internal sealed record DecodedImages<T>(T?[] Images, IReadOnlyList<DataException> Failures)
    where T : class;

/// <summary>Decodes many files at once.</summary>
internal static class ParallelDecoding
{
    /// <summary>The centred squares of <paramref name="files"/>, [channels, size, size].</summary>
    /// <exception cref="DataException">A file is undecodable and the policy is to fail.</exception>
    internal static DecodedImages<byte[]> Run(string[] files, ImageFolderOptions options)
    {
        var decoder = options.Decoder();
        return Run(files, options, index => decoder.Decode(files[index]));
    }

    /// <summary>Anything that is made of <paramref name="files"/>.</summary>
    /// <exception cref="DataException">A file is undecodable and the policy is to fail.</exception>
    internal static DecodedImages<T> Run<T>(string[] files, ImageFolderOptions options, Func<int, T> decode)
        where T : class
    {
        var images = new T?[files.Length];
        var failures = new DataException?[files.Length];
        var progress = new ProgressCount(files.Length, options.Progress);
        ForEach(
            files.Length,
            index =>
            {
                try
                {
                    images[index] = decode(index);
                }
                catch (DataException failure) when (options.Policy == UndecodablePolicy.Skip)
                {
                    failures[index] = failure;
                }
                progress.Add();
            },
            options.Cancellation);
        return new DecodedImages<T>(images, [.. failures.OfType<DataException>()]);
    }

    /// <summary>Does something with each of <paramref name="count"/> images at once; what fails first in their order is thrown.</summary>
    internal static void ForEach(int count, Action<int> act, CancellationToken stop)
    {
        var failures = new DataException?[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop }, (index, loop) =>
        {
            try
            {
                act(index);
            }
            catch (DataException failure)
            {
                failures[index] = failure;
                loop.Break(); // unlike Stop, still does every earlier one
            }
        });
        if (failures.FirstOrDefault(failure => failure is not null) is { } first)
        {
            throw first;
        }
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

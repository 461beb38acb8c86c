// What is attacked: a well-formed file, and the reader that a changed one is put before.
using System.Diagnostics;
using GateConnect.Runtime;

namespace GateConnect.Soak.Fuzz;

/// <summary>A format under attack.</summary>
/// <param name="Format">Its name.</param>
/// <param name="Path">Where the reader finds the file.</param>
/// <param name="Original">The well-formed file.</param>
/// <param name="Read">Reads it; throws one of the library's failures, or returns when what it read is well-formed.</param>
internal sealed record FuzzTarget(string Format, string Path, byte[] Original, Action Read)
{
    /// <summary>Whether the file carries checksums, so that no change may go unseen.</summary>
    public bool IsSealed { get; init; }
}

/// <summary>What became of the changed files of a format.</summary>
internal sealed class FuzzOutcome(string format)
{
    public string Format => format;

    public int Inputs { get; private set; }

    public int Refused { get; private set; }

    public int Read { get; private set; }

    /// <summary>The longest that a reader took, in seconds.</summary>
    public double SlowestSeconds { get; private set; }

    /// <summary>The most that a reader took from the managed heap for one input, in bytes.</summary>
    public long MostBytes { get; private set; }

    /// <summary>What should not have happened, a line each.</summary>
    public List<string> Broken { get; } = [];

    /// <summary>Changes the file so many times and reads it. Leaves the original in its place.</summary>
    public static FuzzOutcome Of(FuzzTarget target, int count, int seed)
    {
        var outcome = new FuzzOutcome(target.Format);
        for (var index = 0; outcome.Inputs < count; index++)
        {
            var input = Mutation.Of(target.Original, new Random((seed * 1_000_003) + index));
            if (!input.AsSpan().SequenceEqual(target.Original))
            {
                File.WriteAllBytes(target.Path, input);
                outcome.Try(target, index);
            }
        }
        File.WriteAllBytes(target.Path, target.Original);
        target.Read();
        return outcome;
    }

    private void Try(FuzzTarget target, int index)
    {
        Inputs++;
        var (before, clock) = (GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
        try
        {
            target.Read();
            Read++;
            if (target.IsSealed)
            {
                Broken.Add($"{target.Format} {index}: changed, but taken for whole");
            }
        }
        catch (Exception failure) when (failure is DataException or ModelFileException or ConfigurationException)
        {
            Refused++;
            if (!failure.Message.Contains(System.IO.Path.GetDirectoryName(target.Path)!, StringComparison.Ordinal)
                || failure.Message.Split('\n').Any(line => line.Length > 2000)
                || failure.Message.Any(letter => char.IsControl(letter) && letter is not ('\r' or '\n')))
            {
                var told = failure.Message[..Math.Min(300, failure.Message.Length)];
                Broken.Add($"{target.Format} {index}: the refusal does not name the file, or goes on and on: {told}");
            }
        }
        catch (Exception failure)
        {
            Broken.Add($"{target.Format} {index}: {failure}");
        }
        SlowestSeconds = Math.Max(SlowestSeconds, clock.Elapsed.TotalSeconds);
        MostBytes = Math.Max(MostBytes, GC.GetTotalAllocatedBytes() - before);
    }
}

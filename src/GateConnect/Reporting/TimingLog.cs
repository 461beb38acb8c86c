// timing.jsonl: how long epochs took and how much memory they needed: the only run data in which two equal runs differ.
using GateConnect.Runtime;

namespace GateConnect.Reporting;

/// <summary>What an epoch cost this machine.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Seconds">Wall time of the epoch, evaluation of held-out images included.</param>
/// <param name="ImagesPerSecond">Training images over those seconds.</param>
/// <param name="PeakMemoryBytes">Most resident memory of the process so far.</param>
public sealed record EpochTiming(int Epoch, double Seconds, double ImagesPerSecond, long PeakMemoryBytes);

/// <summary>Appends epoch timings to a file. One writer at a time.</summary>
internal sealed class TimingLog
{
    private readonly EpochLines<EpochTiming> lines;

    /// <summary>Opens the log of a run; lines after <paramref name="afterEpoch"/> are dropped.</summary>
    /// <param name="path">The file; made if missing.</param>
    /// <param name="afterEpoch">The last epoch that is kept; 0 for a new run.</param>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public TimingLog(string path, int afterEpoch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterEpoch);
        lines = Lines(path);
        lines.KeepThrough(afterEpoch);
    }

    /// <summary>Adds a line, in the place of one of the same epoch if there is one, and flushes it to disk.</summary>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public void Append(EpochTiming timing) => lines.Append(timing);

    /// <summary>Every complete line, in order.</summary>
    /// <exception cref="DataException">The file is missing, or a line is no timing.</exception>
    public static IReadOnlyList<EpochTiming> Read(string path) => Lines(path).Read();

    private static EpochLines<EpochTiming> Lines(string path) => new(path, ReportJson.Lines.EpochTiming, timing => timing.Epoch);
}

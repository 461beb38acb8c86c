// metrics.jsonl: what training reported, one line per epoch. Nothing in it reads a clock, so that two equal runs write
// equal files; what does is in timing.jsonl.
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Reporting;

/// <summary>Appends epoch reports to a file. One writer at a time.</summary>
public sealed class MetricsLog
{
    private readonly EpochLines<EpochReport> lines;

    /// <summary>Opens the log of a run; lines after <paramref name="afterEpoch"/> are dropped.</summary>
    /// <param name="path">The file; made if missing.</param>
    /// <param name="afterEpoch">The last epoch that is kept; 0 for a new run.</param>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public MetricsLog(string path, int afterEpoch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterEpoch);
        lines = Lines(path);
        lines.KeepThrough(afterEpoch);
    }

    private MetricsLog(EpochLines<EpochReport> lines) => this.lines = lines;

    /// <summary>A log that holds exactly these lines, whatever the file held before.</summary>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    internal static MetricsLog WithLines(string path, IReadOnlyList<EpochReport> reports)
    {
        var lines = Lines(path);
        lines.Write(reports);
        return new MetricsLog(lines);
    }

    /// <summary>Adds a line, in the place of one of the same epoch if there is one, and flushes it to disk.</summary>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public void Append(EpochReport report) => lines.Append(report);

    /// <summary>Every complete line, in order.</summary>
    /// <exception cref="DataException">The file is missing, or a line is no epoch report.</exception>
    public static IReadOnlyList<EpochReport> Read(string path) => Lines(path).Read();

    private static EpochLines<EpochReport> Lines(string path) => new(path, ReportJson.Lines.EpochReport, report => report.Epoch);
}

// What an epoch leaves in the run folder. What was reported is kept by the checkpoints too: a run that goes on first makes
// metrics and gate diary what they were at its checkpoint, whatever has become of the files since.
using System.Diagnostics;
using GateConnect.Architecture;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Experiments;

/// <summary>Writes metrics, timing, TensorBoard events and the gate diary while a run goes on.</summary>
internal sealed class RunLogs
{
    private readonly RunFolder folder;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly List<EpochReport> reports = [];
    private MetricsLog? metrics;
    private TimingLog? timing;
    private TensorBoardLog? tensorBoard;
    private long imagesBefore;
    private long imagesNow;

    public RunLogs(RunFolder folder, NetworkBlueprint blueprint, ConnectivityRule rule) =>
        (this.folder, Diary) = (folder, GateDiary.Start(blueprint, rule));

    /// <summary>The gates of every epoch so far.</summary>
    public GateDiary Diary { get; private set; }

    /// <summary>Takes up what was reported before, and starts the clock of the next epoch.</summary>
    public void Start(IReadOnlyList<EpochReport> before, IReadOnlyList<GateSnapshot> gates)
    {
        reports.AddRange(before);
        Diary = Diary with { Epochs = [.. gates] };
        WriteAll();
        clock.Restart();
    }

    /// <summary>Writes metrics and diary as they stand.</summary>
    public void WriteAll()
    {
        metrics = MetricsLog.WithLines(folder.MetricsPath, reports);
        timing = new TimingLog(folder.TimingPath, reports.Count);
        tensorBoard = null; // a file of its own after every interruption
        if (Diary.Epochs.Length > 0)
        {
            Diary.Write(folder.ConnectivityPath);
        }
    }

    /// <summary>Counts images for the throughput.</summary>
    public void Step(StepReport report) => imagesNow = report.Images;

    /// <summary>Takes note of an epoch: of its report and of what it cost.</summary>
    public EpochTiming Epoch(EpochReport report)
    {
        var seconds = clock.Elapsed.TotalSeconds;
        var line = new EpochTiming(report.Epoch, seconds, (imagesNow - imagesBefore) / seconds, ProcessMemory.PeakBytes());
        imagesBefore = imagesNow;
        reports.RemoveAll(earlier => earlier.Epoch >= report.Epoch); // a rollback repeats epochs
        reports.Add(report);
        clock.Restart();
        return line;
    }

    /// <summary>Writes the lines of the epoch noted last; may be repeated after a failure.</summary>
    public void Write(EpochTiming line)
    {
        metrics!.Append(reports[^1]);
        timing!.Append(line);
        tensorBoard ??= new TensorBoardLog(folder.TensorBoardPath);
        tensorBoard.Append(reports[^1]);
    }

    /// <summary>Takes note of an epoch's gates.</summary>
    public void Gates(GateSnapshot snapshot) => Diary = Diary.With(snapshot);

    /// <summary>Writes the diary.</summary>
    public void WriteDiary() => Diary.Write(folder.ConnectivityPath);

    /// <summary>Closes the diary with the wiring that was learned.</summary>
    public void Finish(Connectivity? wiring)
    {
        Diary = Diary with { Final = wiring };
        Diary.Write(folder.ConnectivityPath);
    }
}

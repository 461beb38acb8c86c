// What an epoch leaves in the run folder. A resumed run repeats an epoch or part of it; the first line written cuts
// off whatever an interrupted one had written after its last checkpoint.
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
    private MetricsLog? metrics;
    private TimingLog? timing;
    private TensorBoardLog? tensorBoard;
    private long imagesBefore;
    private long imagesNow;

    public RunLogs(RunFolder folder, NetworkBlueprint blueprint, ConnectivityRule rule)
    {
        this.folder = folder;
        Diary = File.Exists(folder.ConnectivityPath) ? GateDiary.Read(folder.ConnectivityPath) : GateDiary.Start(blueprint, rule);
    }

    /// <summary>The gates of every epoch so far.</summary>
    public GateDiary Diary { get; private set; }

    /// <summary>Starts the clock of the first epoch.</summary>
    public void Start() => clock.Restart();

    /// <summary>Counts images for the throughput.</summary>
    public void Step(StepReport report) => imagesNow = report.Images;

    /// <summary>Writes the lines of an epoch.</summary>
    public EpochTiming Epoch(EpochReport report)
    {
        var before = report.Epoch - 1;
        metrics ??= new MetricsLog(folder.MetricsPath, before);
        timing ??= new TimingLog(folder.TimingPath, before);
        tensorBoard ??= new TensorBoardLog(folder.TensorBoardPath);
        var seconds = clock.Elapsed.TotalSeconds;
        var line = new EpochTiming(report.Epoch, seconds, (imagesNow - imagesBefore) / seconds, ProcessMemory.PeakBytes());
        (imagesBefore, _) = (imagesNow, 0);
        metrics.Append(report);
        timing.Append(line);
        tensorBoard.Append(report);
        clock.Restart();
        return line;
    }

    /// <summary>Adds an epoch's gates to the diary.</summary>
    public void Gates(GateSnapshot snapshot)
    {
        Diary = Diary.With(snapshot);
        Diary.Write(folder.ConnectivityPath);
    }

    /// <summary>Closes the diary with the wiring that was learned.</summary>
    public void Finish(Connectivity? wiring)
    {
        Diary = Diary with { Final = wiring };
        Diary.Write(folder.ConnectivityPath);
    }
}

// Everything that the pages of a run tell, as values: gathered by Experiments/RunPages.cs, rendered by Html/ReportPage.cs and
// SummaryReport.cs.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Training;

namespace GateConnect.Reporting;

/// <summary>A run, its history and what it is compared with.</summary>
internal sealed record ReportContent
{
    /// <summary>The record of the run; its results may be missing.</summary>
    public required RunRecord Record { get; init; }

    /// <summary>The network before pruning.</summary>
    public required NetworkBlueprint Blueprint { get; init; }

    /// <summary>The gates of every epoch; null for ResNeXt, or while nothing is known.</summary>
    public GateDiary? Diary { get; init; }

    /// <summary>The epochs, in order.</summary>
    public IReadOnlyList<EpochReport> Epochs { get; init; } = [];

    /// <summary>The measurement in detail; null where it was not kept.</summary>
    public EvaluationRecord? Evaluation { get; init; }

    /// <summary>The test images, from which thumbnails are made; null leaves thumbnails out.</summary>
    public ImageDataset? TestImages { get; init; }

    /// <summary>This run and finished runs that differ from it in wiring or seed alone, one row per wiring.</summary>
    public IReadOnlyList<GroupRow> Groups { get; init; } = [];

    /// <summary>The wiring before pruning; null for ResNeXt, or while it is unknown.</summary>
    public Connectivity? Wiring => Diary?.Final ?? Diary?.Epochs.LastOrDefault()?.TopK;

    /// <summary>The real gates at the end; null where none were learned.</summary>
    public IReadOnlyList<float[,]>? Gates => Diary?.Epochs.LastOrDefault()?.RealGates;

    /// <summary>The last epoch in which gates were learned, where weights were learned alone after it.</summary>
    public int? GatesFixedAfter => GateHistory.FixedAfter(Epochs);
}

/// <summary>Runs with one recipe but for the seed.</summary>
/// <param name="Name">The rule of wiring, such as <c>Learned(4)</c>, and what else tells the row from others.</param>
/// <param name="Figures">What they came to.</param>
internal sealed record GroupRow(string Name, SeedFigures Figures)
{
    /// <summary>How many.</summary>
    public int Runs => Figures.Top1Percent.Count;

    /// <summary>Whether the run that the page is about is among them.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Such as <c>71.02 ± 0.93</c>.</summary>
    public string Accuracy => Invariant.Fixed(Figures.Top1Percent.Mean, 2) + (Runs == 1 ? "" : $" ± {Invariant.Fixed(Figures.Top1Percent.Std, 2)}");
}

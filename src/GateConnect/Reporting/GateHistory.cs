// How a wiring came about, epoch by epoch, computed from the gate diary and the reports: nothing of it is stored twice.
using GateConnect.Architecture;
using GateConnect.Training;

namespace GateConnect.Reporting;

/// <summary>Figures of one epoch's gates.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Entropy">Of the real gates over that of the uniform draw, mean over blocks, 0 to 1.</param>
/// <param name="Churn">Share of the top-K connections that the epoch before had not, 0 to 1; null in the first.</param>
/// <param name="DeadBlocks">Blocks that would be pruned under the top-K.</param>
/// <param name="LeastRead">The smallest out-degree: by how many blocks the least read block is read.</param>
/// <param name="MeanRead">The mean out-degree.</param>
/// <param name="MostRead">The largest out-degree.</param>
internal sealed record GateFigures(int Epoch, double Entropy, double? Churn, int DeadBlocks, int LeastRead, double MeanRead, int MostRead);

/// <summary>Reads what a run wrote down about its gates.</summary>
internal static class GateHistory
{
    /// <summary>The figures of every epoch in a diary; none where no gates were learned.</summary>
    public static IReadOnlyList<GateFigures> Of(NetworkBlueprint blueprint, GateDiary diary) =>
        [.. diary.Epochs.Select((entry, index) => Figures(blueprint, entry, index > 0 ? diary.Epochs[index - 1] : null))];

    /// <summary>The last epoch in which gates were learned, where weights were learned alone after it; null elsewhere.</summary>
    public static int? FixedAfter(IReadOnlyList<EpochReport> epochs) =>
        epochs.LastOrDefault(report => report.Phase == TrainingPhase.Gates) is { } last && last != epochs[^1] ? last.Epoch : null;

    private static GateFigures Figures(NetworkBlueprint blueprint, GateSnapshot now, GateSnapshot? before)
    {
        int[] degrees = [.. now.TopK.Modules.SelectMany(module => module.OutDegrees())];
        return new GateFigures(
            now.Epoch,
            GateDiagnostics.Entropy(now.RealGates),
            before is null ? null : GateDiagnostics.Churn(before.TopK, now.TopK),
            now.TopK.LiveBlocks(blueprint).Sum(module => module.Count(block => !block)),
            degrees.DefaultIfEmpty().Min(), degrees.DefaultIfEmpty().Average(), degrees.DefaultIfEmpty().Max());
    }
}

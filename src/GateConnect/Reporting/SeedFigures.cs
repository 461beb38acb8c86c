// What several runs of one recipe came to: the figures of a row, whoever prints it.
using GateConnect.Architecture;

namespace GateConnect.Reporting;

/// <summary>The figures of runs that differ in the seed alone.</summary>
/// <param name="Top1Percent">On the test images.</param>
/// <param name="BestPercent">Of the best run.</param>
/// <param name="Parameters">After pruning, mean over runs.</param>
/// <param name="MultiplyAdds">Per image after pruning, mean over runs.</param>
/// <param name="LiveBlocks">After pruning, mean over runs; null for ResNeXt, which is not pruned.</param>
internal sealed record SeedFigures(Spread Top1Percent, double BestPercent, double Parameters, double MultiplyAdds, double? LiveBlocks)
{
    /// <summary>Of complete runs, each of another seed.</summary>
    public static SeedFigures Of(IReadOnlyList<RunRecord> runs)
    {
        double[] top1 = [.. runs.Select(Top1)];
        NetworkCost[] costs = [.. runs.Select(run => run.Results!.After)];
        var live = runs.Select(run => run.Results!.LiveBlocks?.Sum()).ToArray();
        return new SeedFigures(
            Spread.Of(top1), top1.Max(), costs.Average(cost => cost.Parameters), costs.Average(cost => cost.MultiplyAdds),
            live.Contains(null) ? null : live.Average(blocks => blocks!.Value));
    }

    /// <summary>Tests the first runs against the others on the seeds that both have; null where there is none.</summary>
    public static PairedTest? Test(IEnumerable<RunRecord> first, IEnumerable<RunRecord> other) => PairedTest.Of(BySeed(first), BySeed(other));

    private static Dictionary<ulong, double> BySeed(IEnumerable<RunRecord> runs) => runs.ToDictionary(run => run.Recipe.Seed, Top1);

    private static double Top1(RunRecord run) => run.Results!.Test.Top1Percent;
}

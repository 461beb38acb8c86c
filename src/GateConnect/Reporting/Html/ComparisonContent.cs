// Everything that the page of several runs tells, as values: gathered by Experiments/RunComparison.cs, rendered by
// ComparisonPage.cs.
using GateConnect.Architecture;
using GateConnect.Training;

namespace GateConnect.Reporting.Html;

/// <summary>Runs and their groups.</summary>
/// <param name="Groups">Runs with one recipe but for the seed.</param>
/// <param name="Runs">Group by group, by seed.</param>
internal sealed record ComparisonContent(IReadOnlyList<GroupRow> Groups, IReadOnlyList<ComparedRun> Runs)
{
    /// <summary>How many runs repeat another of the same recipe and seed, and are left out.</summary>
    public int Left { get; init; }

    /// <summary>Whether all runs have the same network, images and budget.</summary>
    public bool AreComparable { get; init; } = true;

    /// <summary>
    /// Learned groups, each against every other with the same network, images, budget and, where it has one, fan-in, on the seeds
    /// that both have; of two learned ones the later against the earlier. Where nothing was learned, the first against each other.
    /// </summary>
    public IReadOnlyList<ComparedPair> Tests { get; init; } = [];

    /// <summary>Pairs of runs whose wirings can be compared.</summary>
    public IReadOnlyList<WiringAgreement> Agreements { get; init; } = [];
}

/// <summary>A run on a page of several.</summary>
/// <param name="Name">Group and seed.</param>
/// <param name="Group">Index of its group.</param>
/// <param name="Content">What its folder holds.</param>
internal sealed record ComparedRun(string Name, int Group, ReportContent Content);

/// <summary>A paired t-test between two groups.</summary>
/// <param name="Name">Such as <c>Learned(4) − Random(4)</c>.</param>
/// <param name="Test">In points.</param>
internal sealed record ComparedPair(string Name, PairedTest Test);

/// <summary>How many connections two wirings of one network and fan-in have in common.</summary>
/// <param name="One">A run.</param>
/// <param name="Other">Another.</param>
/// <param name="Share">Of the final wirings, 0 to 1.</param>
/// <param name="Chance">Expected share, and its standard deviation, of two wirings drawn at random.</param>
internal sealed record WiringAgreement(ComparedRun One, ComparedRun Other, double Share, (double Mean, double Std) Chance)
{
    /// <summary>Whether both began with the same weights, so that a branch's number means the same thing in both.</summary>
    public bool SameWeights => One.Content.Record.Recipe.Seed == Other.Content.Record.Recipe.Seed;

    /// <summary>The agreement of the top-K, epoch by epoch, where both learned gates.</summary>
    public IReadOnlyList<(int Epoch, double Share)> ByEpoch { get; private init; } = [];

    /// <summary>Compares two runs; null where networks or fan-ins differ, or every gate is open.</summary>
    public static WiringAgreement? Of(ComparedRun one, ComparedRun other)
    {
        var (first, second) = (one.Content.Wiring, other.Content.Wiring);
        if (first is not { Modules.Length: > 0 } || second is null || one.Content.Blueprint != other.Content.Blueprint
            || first.Modules[0].FanIn != second.Modules[0].FanIn || first.Modules[0].FanIn == first.Modules[0].Sources)
        {
            return null;
        }
        return new WiringAgreement(one, other, Common(first, second), ChanceOf(first))
        {
            ByEpoch =
            [
                .. from entry in Chosen(one.Content)
                   join peer in Chosen(other.Content) on entry.Epoch equals peer.Epoch
                   select (entry.Epoch, Common(entry.TopK, peer.TopK)),
            ],
        };
    }

    // The epoch in which the phases change reports phase weights: its wiring is the final one.
    private static IEnumerable<GateSnapshot> Chosen(ReportContent content) =>
        content.Record.Recipe.Training.Gates.Estimator.ChoosesAtTheEnd()
            ? content.Diary!.Epochs.Where(entry => content.Epochs.Any(report => report.Epoch == entry.Epoch && report.Phase == TrainingPhase.Weights))
            : content.Diary!.Epochs;

    private static double Common(Connectivity one, Connectivity other) => 1 - GateDiagnostics.Churn(one, other);

    // Of K drawn from C, each row shares K/C of its K with another draw on average; its count is hypergeometric.
    private static (double Mean, double Std) ChanceOf(Connectivity wiring)
    {
        var (sources, fanIn) = ((double)wiring.Modules[0].Sources, (double)wiring.Modules[0].FanIn);
        var rows = wiring.Modules.Sum(module => module.Readers);
        var share = fanIn / sources;
        var variance = fanIn * share * (1 - share) * (sources - fanIn) / (sources - 1);
        return (share, Math.Sqrt(variance / rows) / fanIn);
    }
}

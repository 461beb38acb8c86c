// What entropy, churn and dead blocks say about learned gates, in sentences: learned, still uniform, or collapsed. The
// three thresholds are estimates, chosen by what they mean for a row of gates and not fitted to runs: they draw attention.
using GateConnect.Training;

namespace GateConnect.Reporting;

/// <summary>Judges whether gates were learned.</summary>
public static class GateHealth
{
    /// <summary>Entropy, relative to the uniform draw, above which gates are said never to have left it.</summary>
    /// <remarks>Near uniform it is 1 - v / (2 ln C), v the squared spread over the squared mean: gates of 8 that spread by a fifth.</remarks>
    public const double UniformEntropy = 0.99;

    /// <summary>Entropy below this share of that of K equal gates means that single branches took over.</summary>
    /// <remarks>As many gates as carry half the entropy of K are sqrt(K): two in place of four.</remarks>
    public const double CollapsedShare = 0.5;

    /// <summary>Churn of the last gate epoch above which the wiring is said to be unsettled.</summary>
    /// <remarks>One connection in five; drawn anew at random, a share 1 - K/C would be new, half of them at C/2.</remarks>
    public const double UnsettledChurn = 0.2;

    /// <summary>What warnings begin with, in Markdown.</summary>
    internal const string Warning = "**Warning:**";

    /// <summary>
    /// The sentences, warnings first and marked so; empty where no gates were learned. That gates stayed uniform, or had not settled,
    /// is said once they are fixed.
    /// </summary>
    /// <param name="epochs">The reports of a run.</param>
    /// <param name="fanIn">K.</param>
    /// <param name="cardinality">C.</param>
    public static IReadOnlyList<string> Judge(IReadOnlyList<EpochReport> epochs, int fanIn, int cardinality)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        var gateEpochs = epochs.Where(report => report.Phase == TrainingPhase.Gates && report.GateEntropy is not null).ToArray();
        // The epoch in which the phases change reports phase weights; its gates are the final ones.
        var last = epochs.LastOrDefault(report => report.GateEntropy is not null);
        if (last?.GateEntropy is not { } entropy)
        {
            return [];
        }
        List<string> notes = [];
        var fixedGates = epochs[^1].Phase == TrainingPhase.Weights; // before, there is nothing to judge yet
        var binary = cardinality > 1 ? Math.Log(fanIn) / Math.Log(cardinality) : 1;
        if (fixedGates && entropy > UniformEntropy && fanIn < cardinality)
        {
            notes.Add(Warning + " the gates never left the uniform draw: their wiring is little better than random. "
                + "Train longer, or raise `training.gates.step` (rule relaxed) or `training.gates.rateFactor` (rule paper).");
        }
        if (fanIn > 1 && entropy < CollapsedShare * binary)
        {
            notes.Add(Warning + " the gates collapsed: single branches took over most rows. Lower `training.gates.step` or `training.gates.rateFactor`.");
        }
        if (fixedGates && gateEpochs.Length > 1 && gateEpochs[^1].GateChurn is { } churn && churn > UnsettledChurn)
        {
            notes.Add($"{Warning} the wiring had not settled: {Invariant.Fixed(100 * churn, 1)} % of the connections were new "
                + "in the last epoch of gate learning.");
        }
        var firstEntropy = epochs.First(report => report.GateEntropy is not null).GateEntropy;
        notes.Add(
            $"Gate entropy, relative to the uniform draw: {Invariant.Fixed(firstEntropy, 3)} after the first epoch, "
            + $"{Invariant.Fixed(entropy, 3)} {(fixedGates ? "at the end" : "so far")} "
            + $"({Invariant.Fixed(binary, 3)} where exactly K gates are open and equal).");
        if (gateEpochs.Any(report => report.GateChurn is not null))
        {
            var churns = Thinned(gateEpochs).Select(report => $"epoch {Invariant.Text(report.Epoch)}: {Percent(report.GateChurn)}");
            notes.Add($"Churn of the top-K connections: {string.Join(", ", churns)}.");
        }
        return notes;
    }

    private static IEnumerable<EpochReport> Thinned(EpochReport[] epochs)
    {
        var every = Math.Max(1, (epochs.Length + 5) / 6);
        return epochs.Where((report, index) => report.GateChurn is not null && (index % every == 0 || index == epochs.Length - 1));
    }

    private static string Percent(double? share) => share is { } value ? Invariant.Fixed(100 * value, 1) + " %" : "-";
}

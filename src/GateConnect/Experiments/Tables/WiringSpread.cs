// How much random wirings differ, beside what seeds and chance do: what there is to be learned.
using GateConnect.Reporting;

namespace GateConnect.Experiments.Tables;

/// <summary>How much random wirings differ.</summary>
/// <param name="First">The first wiring's row: it has the network, the fan-in and the budget of all.</param>
/// <param name="Parts">Rows are wirings, columns are seeds; points of accuracy.</param>
public sealed record WiringSpread(TableRow First, VarianceComponents Parts)
{
    internal static WiringSpread? Of(IReadOnlyList<TableRow> wirings)
    {
        ulong[] seeds = [.. wirings.Select(Seeds).Aggregate((common, next) => common.Intersect(next))];
        if (wirings.Count < 2 || seeds.Length < 2)
        {
            return null;
        }
        var values = new double[wirings.Count, seeds.Length];
        for (var row = 0; row < wirings.Count; row++)
        {
            for (var column = 0; column < seeds.Length; column++)
            {
                values[row, column] = wirings[row].Runs.Single(run => run.Record.Recipe.Seed == seeds[column]).Record.Results!.Test.Top1Percent;
            }
        }
        return new WiringSpread(wirings[0], VarianceComponents.Of(values));
    }

    private static IEnumerable<ulong> Seeds(TableRow row) => row.Runs.Select(run => run.Record.Recipe.Seed);
}

// Rivals: search over wirings with weights that all share (one-shot search, Guo et al., arXiv:1904.00420), at random or by
// evolution. Both measure equally many candidates, so they cost the same.
using System.Collections.Immutable;
using GateConnect.Architecture;
using GateConnect.Runtime;

namespace GateConnect.Training.Rivals;

/// <summary>Searches for the wiring with the lowest loss.</summary>
internal static class WiringSearch
{
    private const string Name = "search";

    /// <summary>The best of wirings drawn uniformly.</summary>
    internal static Connectivity Random(GateTask task, Func<Connectivity, double> loss) =>
        Enumerable.Range(0, task.Options.Candidates).Select(candidate => Draw(task, candidate)).MinBy(loss)!;

    /// <summary>
    /// The best of as many, but only the first generation is drawn: all others are children of two of the best so far, half a
    /// generation of them.
    /// </summary>
    internal static Connectivity Evolve(GateTask task, Func<Connectivity, double> loss)
    {
        var (options, measured) = (task.Options, new List<(Connectivity Wiring, double Loss)>());
        var parents = new List<Connectivity>();
        while (measured.Count < options.Candidates)
        {
            var candidate = measured.Count < options.Population
                ? Draw(task, measured.Count)
                : Child(parents, options.Mutation, task.Seeds.Generator(Name, measured.Count));
            measured.Add((candidate, loss(candidate)));
            if (measured.Count % options.Population == 0)
            {
                parents = [.. measured.OrderBy(entry => entry.Loss).Take(Math.Max(2, options.Population / 2)).Select(entry => entry.Wiring)];
            }
        }
        return measured.MinBy(entry => entry.Loss).Wiring;
    }

    private static Connectivity Draw(GateTask task, int candidate) =>
        Connectivity.Random(task.Blueprint, task.FanIn, task.Seeds.Generator(Name, candidate));

    // Every block reads as in one of two parents, and now and then another source.
    private static Connectivity Child(List<Connectivity> parents, double mutation, SeededRandom random)
    {
        var (first, second) = (parents[random.NextInt(parents.Count)], parents[random.NextInt(parents.Count)]);
        return new Connectivity([.. first.Modules.Zip(second.Modules, (one, other) => new ModuleConnectivity(
            one.Module, one.Sources, [.. one.Reads.Zip(other.Reads, (row, alternative) =>
                Mutated(random.NextDouble() < 0.5 ? row : alternative, one.Sources, mutation, random))]))]);
    }

    private static ImmutableArray<int> Mutated(ImmutableArray<int> row, int sources, double mutation, SeededRandom random)
    {
        if (random.NextDouble() >= mutation || row.Length == sources)
        {
            return row;
        }
        int[] others = [.. Enumerable.Range(0, sources).Except(row)];
        return row.SetItem(random.NextInt(row.Length), others[random.NextInt(others.Length)]).Sort();
    }
}

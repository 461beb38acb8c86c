// Law 8's question as values: is what was learned better than chance? The same weights are measured under the wiring
// that the gates chose, under wirings drawn by chance, and under the one that the gates liked least. Only the choice
// of wirings is here; WiringTrial carries it out.
using System.Collections.Immutable;
using GateConnect.Architecture;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Experiments;

/// <summary>How a wiring is chosen from learned gates.</summary>
public enum WiringKind
{
    /// <summary>The K largest gates of every block: what training ends with.</summary>
    Learned,

    /// <summary>K blocks drawn uniformly, whatever the gates say.</summary>
    Random,

    /// <summary>The K smallest gates of every block.</summary>
    Reversed,
}

/// <summary>The wirings that learned gates are compared by. All have the same fan-in.</summary>
/// <param name="Blueprint">The network before pruning.</param>
/// <param name="Gates">What was learned.</param>
/// <param name="Seeds">Where the draws come from.</param>
public sealed record WiringControl(NetworkBlueprint Blueprint, GateSnapshot Gates, Seeds Seeds)
{
    /// <summary>K of every wiring.</summary>
    public int FanIn => Gates.TopK.Modules[0].FanIn;

    /// <summary>A wiring.</summary>
    /// <param name="kind">How it is chosen.</param>
    /// <param name="draw">From 0; every draw of the kind Random is another wiring, the other kinds have one.</param>
    public Connectivity Wiring(WiringKind kind, int draw) => kind switch
    {
        WiringKind.Learned => Gates.TopK,
        WiringKind.Random => Connectivity.Random(Blueprint, FanIn, Seeds.Generator("wiring", draw)),
        WiringKind.Reversed => Reversed(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown kind of wiring"),
    };

    /// <summary>The share of a wiring's connections that the learned one has too, 0 to 1; K/C by chance.</summary>
    public double SharedWithLearned(Connectivity wiring)
    {
        ArgumentNullException.ThrowIfNull(wiring);
        var (shared, all) = (0, 0);
        foreach (var (module, learned) in wiring.Modules.Zip(Gates.TopK.Modules))
        {
            shared += module.Reads.Zip(learned.Reads).Sum(rows => rows.First.Intersect(rows.Second).Count());
            all += module.Readers * module.FanIn;
        }
        return (double)shared / all;
    }

    private Connectivity Reversed() => new(
        [.. Gates.TopK.Modules.Zip(Gates.RealGates, (learned, gates) => new ModuleConnectivity(
            learned.Module, learned.Sources, [.. learned.Reads.Select((row, reader) => Smallest(gates, reader, row))]))]);

    // What the learned row reads comes last even where rounding made gates equal, and ties go to the higher index, the
    // other way round than in the top-K: with K at most C/2 the two rows have no connection in common.
    private ImmutableArray<int> Smallest(float[,] gates, int reader, ImmutableArray<int> learned) =>
        [.. Enumerable.Range(0, gates.GetLength(1))
            .OrderBy(source => learned.Contains(source))
            .ThenBy(source => gates[reader, source])
            .ThenByDescending(source => source)
            .Take(FanIn)
            .Order()];
}

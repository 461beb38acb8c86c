// What every picture of a wiring draws, before it becomes SVG, pixels or DOT: which blocks live, and every connection with its
// strength, weak ones first so that strong ones lie on top.
using GateConnect.Architecture;

namespace GateConnect.Reporting;

/// <summary>A connection.</summary>
/// <param name="Module">Of the reader.</param>
/// <param name="Reader">The block that reads.</param>
/// <param name="Source">The block of the module before that is read.</param>
/// <param name="Strength">Its real gate over the largest of its reader, 0 to 1; 0.5 where gates are not known.</param>
/// <param name="Gate">Its real gate; null where gates are not known.</param>
/// <param name="Alive">Whether the reader is live.</param>
internal readonly record struct WiringEdge(int Module, int Reader, int Source, double Strength, float? Gate, bool Alive);

/// <summary>A network, its wiring and its gates.</summary>
internal sealed record WiringScene
{
    /// <summary>Checks that all fit each other.</summary>
    /// <param name="blueprint">The network.</param>
    /// <param name="connectivity">Its wiring.</param>
    /// <param name="gates">Real gates of modules 1, 2, ..., [readers, sources]; null where they are not known.</param>
    /// <exception cref="ArgumentException">Wiring or gates do not fit the network.</exception>
    public WiringScene(NetworkBlueprint blueprint, Connectivity connectivity, IReadOnlyList<float[,]>? gates)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        ArgumentNullException.ThrowIfNull(connectivity);
        Live = connectivity.LiveBlocks(blueprint);
        if (gates is not null && !connectivity.Fits(gates))
        {
            throw new ArgumentException("the gates do not fit the wiring", nameof(gates));
        }
        (Blueprint, Connectivity, Gates) = (blueprint, connectivity, gates);
    }

    /// <summary>The network.</summary>
    public NetworkBlueprint Blueprint { get; }

    /// <summary>Its wiring.</summary>
    public Connectivity Connectivity { get; }

    /// <summary>Its real gates, or null.</summary>
    public IReadOnlyList<float[,]>? Gates { get; }

    /// <summary>Per module and block, whether it is live.</summary>
    public bool[][] Live { get; }

    /// <summary>Live blocks over all modules.</summary>
    public int LiveCount => Live.Sum(module => module.Count(block => block));

    /// <summary>Such as <c>fan-in 4</c>; empty for a network of one module.</summary>
    public string FanIn
    {
        get
        {
            var fanIns = Connectivity.Modules.Select(module => module.FanIn).Distinct().Order().Select(fanIn => Invariant.Text(fanIn));
            return Connectivity.Modules.Length == 0 ? "" : $"fan-in {string.Join("/", fanIns)}";
        }
    }

    /// <summary>The connections into a module, those of dead readers first, then from weak to strong.</summary>
    public IEnumerable<WiringEdge> Edges(int module) =>
        Enumerable.Range(0, Connectivity.Modules[module - 1].Readers)
            .SelectMany(reader => Connectivity.Modules[module - 1].Reads[reader].Select(source => Edge(module, reader, source)))
            .OrderBy(edge => edge.Alive).ThenBy(edge => edge.Strength);

    /// <summary>What a block reads and who reads it, in words.</summary>
    public string Describe(int module, int block) =>
        $"module {Invariant.Text(module)}, block {Invariant.Text(block)}: reads {WiringTable.Reads(Connectivity, module, block, ", ")}; "
        + $"read by {WiringTable.ReadBy(WiringTable.OutDegrees(Connectivity, module), block)}{(Live[module][block] ? "" : "; dead")}";

    private WiringEdge Edge(int module, int reader, int source)
    {
        var gate = Gates?[module - 1][reader, source];
        return new WiringEdge(module, reader, source, gate is { } known ? Strength(Gates![module - 1], reader, known) : 0.5, gate, Live[module][reader]);
    }

    // Relative to the largest gate of the reader's row, so that rules with small gates are as legible as others.
    private static double Strength(float[,] gates, int reader, float gate)
    {
        var largest = 0f;
        for (var column = 0; column < gates.GetLength(1); column++)
        {
            largest = Math.Max(largest, gates[reader, column]);
        }
        return largest > 0 ? Math.Clamp(gate / largest, 0, 1) : 0;
    }
}

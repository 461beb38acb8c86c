// Which branch reads which: the thing this software learns. An immutable value; g_jk of module i (PAPER section 1)
// is 1 exactly where Reads[j] contains k.
using System.Collections.Immutable;
using GateConnect.Runtime;

namespace GateConnect.Architecture;

/// <summary>The wiring of a whole network: one matrix of binary gates for every module but the first.</summary>
public sealed record Connectivity
{
    /// <summary>Checks that the modules follow each other: module i's sources are module i-1's blocks.</summary>
    /// <param name="modules">The gates of modules 1, 2, ... in order; empty for a network of one module.</param>
    /// <exception cref="ArgumentException">Modules are out of order or do not fit each other.</exception>
    public Connectivity(ImmutableArray<ModuleConnectivity> modules)
    {
        for (var index = 0; index < modules.Length; index++)
        {
            if (modules[index].Module != index + 1)
            {
                throw new ArgumentException($"expected module {index + 1}, found module {modules[index].Module}", nameof(modules));
            }
            if (index > 0 && modules[index].Sources != modules[index - 1].Readers)
            {
                throw new ArgumentException(
                    $"module {index + 1} reads from {modules[index].Sources} blocks, but module {index} has {modules[index - 1].Readers}",
                    nameof(modules));
            }
        }
        Modules = modules;
    }

    /// <summary>The gates of modules 1, 2, ... in order.</summary>
    public ImmutableArray<ModuleConnectivity> Modules { get; }

    /// <summary>All gates open: every block reads every block of the module before.</summary>
    public static Connectivity Full(NetworkBlueprint blueprint) =>
        Build(blueprint, sources => _ => [.. Enumerable.Range(0, sources)]);

    /// <summary>Every block reads <paramref name="fanIn"/> distinct blocks, every subset equally likely.</summary>
    /// <param name="blueprint">The network to wire.</param>
    /// <param name="fanIn">K, from 1 to the cardinality.</param>
    /// <param name="random">Where the draws come from.</param>
    public static Connectivity Random(NetworkBlueprint blueprint, int fanIn, SeededRandom random) =>
        Build(blueprint, sources => _ => Shuffled(sources, random)[..fanIn]);

    /// <summary>
    /// The same, but every block of a module but the last is also read by K blocks, so that none is dead: readers and sources are
    /// shuffled around a ring, and each reads the K that lie ahead.
    /// </summary>
    /// <inheritdoc cref="Random"/>
    /// <exception cref="ArgumentException">A module has more or fewer blocks than the one before: no such wiring exists.</exception>
    public static Connectivity Regular(NetworkBlueprint blueprint, int fanIn, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        if (blueprint.Modules.Any(module => module.Blocks != blueprint.Modules[0].Blocks))
        {
            throw new ArgumentException("a regular wiring needs as many blocks in every module", nameof(blueprint));
        }
        return Build(blueprint, sources =>
        {
            var (places, ring) = (Shuffled(sources, random), Shuffled(sources, random));
            return reader => [.. Enumerable.Range(0, fanIn).Select(step => ring[(places[reader] + step) % sources])];
        });
    }

    /// <summary>Whether this wiring fits the blueprint's modules and block counts.</summary>
    public bool Fits(NetworkBlueprint blueprint) =>
        Modules.Length == blueprint.Modules.Count - 1
        && Modules.All(module => module.Readers == blueprint.Modules[module.Module].Blocks
            && module.Sources == blueprint.Modules[module.Module - 1].Blocks);

    /// <summary>Whether there is a real gate, [readers, sources], for every connection that this wiring could have.</summary>
    internal bool Fits(IReadOnlyList<float[,]> gates) =>
        gates.Count == Modules.Length && Modules.Zip(gates).All(pair =>
            pair.Second.GetLength(0) == pair.First.Readers && pair.Second.GetLength(1) == pair.First.Sources);

    /// <summary>
    /// Which blocks reach the output: all of the last module, which the head reads, and before it those that a live block
    /// of the next module reads. The others are dead; since every row has K >= 1 entries, no module is ever without a live one.
    /// </summary>
    /// <param name="blueprint">The network that is wired so.</param>
    /// <returns>Per module of the blueprint and block, whether it is live.</returns>
    /// <exception cref="ArgumentException">The wiring does not fit the blueprint.</exception>
    public bool[][] LiveBlocks(NetworkBlueprint blueprint)
    {
        if (!Fits(blueprint))
        {
            throw new ArgumentException("the wiring does not fit the blueprint's modules and blocks", nameof(blueprint));
        }
        var live = blueprint.Modules.Select(module => new bool[module.Blocks]).ToArray();
        Array.Fill(live[^1], true);
        for (var index = live.Length - 1; index > 0; index--)
        {
            var reads = Modules[index - 1].Reads;
            for (var reader = 0; reader < reads.Length; reader++)
            {
                foreach (var source in live[index][reader] ? reads[reader] : [])
                {
                    live[index - 1][source] = true;
                }
            }
        }
        return live;
    }

    /// <inheritdoc/>
    public bool Equals(Connectivity? other) => other is not null && Modules.SequenceEqual(other.Modules);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var module in Modules)
        {
            hash.Add(module);
        }
        return hash.ToHashCode();
    }

    private static int[] Shuffled(int count, SeededRandom random)
    {
        var order = Enumerable.Range(0, count).ToArray();
        random.Shuffle<int>(order);
        return order;
    }

    /// <param name="blueprint">The network to wire.</param>
    /// <param name="ruleOf">For a module with so many sources, what a reader reads.</param>
    private static Connectivity Build(NetworkBlueprint blueprint, Func<int, Func<int, int[]>> ruleOf)
    {
        var modules = ImmutableArray.CreateBuilder<ModuleConnectivity>(blueprint.Modules.Count - 1);
        for (var index = 1; index < blueprint.Modules.Count; index++)
        {
            var sources = blueprint.Modules[index - 1].Blocks;
            var rule = ruleOf(sources);
            var reads = ImmutableArray.CreateBuilder<ImmutableArray<int>>(blueprint.Modules[index].Blocks);
            for (var reader = 0; reader < blueprint.Modules[index].Blocks; reader++)
            {
                var sorted = rule(reader);
                Array.Sort(sorted);
                reads.Add([.. sorted]);
            }
            modules.Add(new ModuleConnectivity(index, sources, reads.MoveToImmutable()));
        }
        return new Connectivity(modules.MoveToImmutable());
    }
}

/// <summary>The binary gates of one module: for every block, the blocks of the module before that it reads.</summary>
public sealed record ModuleConnectivity
{
    /// <summary>Checks ranges and order.</summary>
    /// <param name="module">Index of the reading module, from 1.</param>
    /// <param name="sources">Blocks in the module before.</param>
    /// <param name="reads">One strictly ascending row of source indices per block; all rows have K entries, K >= 1.</param>
    /// <exception cref="ArgumentException">A row is empty, unsorted, of another length, or names no source.</exception>
    public ModuleConnectivity(int module, int sources, ImmutableArray<ImmutableArray<int>> reads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(module);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sources);
        if (reads.IsDefaultOrEmpty)
        {
            throw new ArgumentException($"module {module} has no blocks", nameof(reads));
        }
        for (var reader = 0; reader < reads.Length; reader++)
        {
            var row = reads[reader];
            if (row.IsDefaultOrEmpty || row.Length != reads[0].Length)
            {
                throw new ArgumentException(
                    $"module {module}, block {reader}: reads {(row.IsDefault ? 0 : row.Length)} blocks, expected {Math.Max(1, reads[0].Length)}",
                    nameof(reads));
            }
            for (var place = 0; place < row.Length; place++)
            {
                if ((uint)row[place] >= (uint)sources || (place > 0 && row[place] <= row[place - 1]))
                {
                    throw new ArgumentException(
                        $"module {module}, block {reader}: source {row[place]} is not ascending within 0 to {sources - 1}",
                        nameof(reads));
                }
            }
        }
        (Module, Sources, Reads) = (module, sources, reads);
    }

    /// <summary>Index of the reading module, from 1.</summary>
    public int Module { get; }

    /// <summary>Blocks in the module before, which may be read.</summary>
    public int Sources { get; }

    /// <summary>For every block j, ascending, the sources k with g_jk = 1.</summary>
    public ImmutableArray<ImmutableArray<int>> Reads { get; }

    /// <summary>Blocks in this module.</summary>
    public int Readers => Reads.Length;

    /// <summary>K: how many sources every block reads.</summary>
    public int FanIn => Reads[0].Length;

    /// <summary>For every source, how many blocks of this module read it; 0 means dead.</summary>
    public int[] OutDegrees()
    {
        var degrees = new int[Sources];
        foreach (var row in Reads)
        {
            foreach (var source in row)
            {
                degrees[source]++;
            }
        }
        return degrees;
    }

    /// <summary>The gates as a dense matrix, [readers, sources], 1 for open and 0 for closed.</summary>
    public float[,] ToGates()
    {
        var gates = new float[Readers, Sources];
        for (var reader = 0; reader < Readers; reader++)
        {
            foreach (var source in Reads[reader])
            {
                gates[reader, source] = 1f;
            }
        }
        return gates;
    }

    /// <inheritdoc/>
    public bool Equals(ModuleConnectivity? other) =>
        other is not null && Module == other.Module && Sources == other.Sources && Readers == other.Readers
        && Reads.Zip(other.Reads).All(pair => pair.First.SequenceEqual(pair.Second));

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Module);
        hash.Add(Sources);
        foreach (var row in Reads)
        {
            foreach (var source in row)
            {
                hash.Add(source);
            }
        }
        return hash.ToHashCode();
    }
}

// connectivity.json: how a network was wired and how its gates came there, epoch by epoch. A small value that is written
// whole after every epoch; one epoch is one line of the file.
using System.Collections.Immutable;
using GateConnect.Architecture;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Reporting;

/// <summary>The wiring of a run and its history.</summary>
public sealed record GateDiary
{
    /// <summary>The size of the network, as <c>20,4,8</c>.</summary>
    public required string Network { get; init; }

    /// <summary>The rule of wiring.</summary>
    public required ConnectivityRule Rule { get; init; }

    /// <summary>Blocks per module before pruning.</summary>
    public required ImmutableArray<int> Blocks { get; init; }

    /// <summary>The wiring of the trained network before pruning; null while gates are learned, and for ResNeXt.</summary>
    public Connectivity? Final { get; init; }

    /// <summary>The gates at the end of every epoch of a run that learns them, both phases, ascending.</summary>
    public ImmutableArray<GateSnapshot> Epochs { get; init; } = [];

    /// <summary>An empty diary.</summary>
    public static GateDiary Start(NetworkBlueprint blueprint, ConnectivityRule rule)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        return new GateDiary
        {
            Network = blueprint.Size.ToString(),
            Rule = rule,
            Blocks = [.. blueprint.Modules.Select(module => module.Blocks)],
        };
    }

    /// <summary>This diary with another epoch; later or equal epochs in it are dropped, as a resumed run repeats them.</summary>
    public GateDiary With(GateSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return this with { Epochs = [.. KeepThrough(snapshot.Epoch - 1).Epochs, snapshot] };
    }

    /// <summary>This diary without the epochs after <paramref name="epoch"/>.</summary>
    public GateDiary KeepThrough(int epoch) => this with { Epochs = [.. Epochs.Where(entry => entry.Epoch <= epoch)] };

    /// <summary>Whether the wiring and the gates of every epoch are those of such a network.</summary>
    public bool Fits(NetworkBlueprint blueprint) => (Final?.Fits(blueprint) ?? true) && Epochs.All(entry => entry.Fits(blueprint));

    /// <summary>Writes the diary under its final name in one step. Real gates are rounded to 6 places.</summary>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.WriteAllText(path, GateDiaryFile.Print(this));

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="DataException">The file is missing or damaged.</exception>
    public static GateDiary Read(string path) => GateDiaryFile.Read(path);
}

// The rules that the tables compare (PAPER sections 1 and 3): how a network's wiring comes about; and the one spelling each has
// on the command line, in run.json, in tables and in names of folders.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using GateConnect.Runtime;

namespace GateConnect.Architecture;

/// <summary>How the wiring comes about.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConnectivityKind>))]
public enum ConnectivityKind
{
    /// <summary>ResNeXt as published: grouped convolution, one batch norm after the sum. The paper's Fixed-Full.</summary>
    [JsonStringEnumMemberName("full")]
    Full,

    /// <summary>The branch form with all gates open: ResNeXt's wiring with a batch norm in every branch.</summary>
    [JsonStringEnumMemberName("full-branches")]
    FullBranches,

    /// <summary>Gates drawn once, uniformly, then fixed. The paper's Fixed-Random.</summary>
    [JsonStringEnumMemberName("random")]
    Random,

    /// <summary>As random, but every block is also read by K: none is dead.</summary>
    [JsonStringEnumMemberName("regular")]
    Regular,

    /// <summary>Gates learned together with the weights: GateConnect.</summary>
    [JsonStringEnumMemberName("learned")]
    Learned,

    /// <summary>Gates of a wiring that is known, learned elsewhere or made by hand; fixed from the start.</summary>
    [JsonStringEnumMemberName("given")]
    Given,
}

/// <summary>The text names of <see cref="ConnectivityKind"/>.</summary>
public static class ConnectivityKinds
{
    /// <summary>The name of <paramref name="kind"/>, such as <c>full-branches</c>.</summary>
    public static string Text(this ConnectivityKind kind) => JsonSerializer.Serialize(kind).Trim('"');
}

/// <summary>A kind of wiring with its fan-in.</summary>
/// <param name="Kind">How the wiring comes about.</param>
/// <param name="FanIn">K; null for the two full kinds, where K is the cardinality.</param>
public readonly record struct ConnectivityRule(ConnectivityKind Kind, int? FanIn)
{
    /// <summary>ResNeXt as published.</summary>
    public static ConnectivityRule Full { get; } = new(ConnectivityKind.Full, null);

    /// <summary>The branch form with all gates open.</summary>
    public static ConnectivityRule FullBranches { get; } = new(ConnectivityKind.FullBranches, null);

    /// <summary>A fixed random wiring.</summary>
    public static ConnectivityRule Random(int fanIn) => new(ConnectivityKind.Random, fanIn);

    /// <summary>A fixed random wiring in which every block reads K blocks and is read by K.</summary>
    public static ConnectivityRule Regular(int fanIn) => new(ConnectivityKind.Regular, fanIn);

    /// <summary>Learned wiring.</summary>
    public static ConnectivityRule Learned(int fanIn) => new(ConnectivityKind.Learned, fanIn);

    /// <summary>A wiring that is known, under which fresh weights are trained.</summary>
    /// <exception cref="ArgumentException">It has no module.</exception>
    public static ConnectivityRule Given(Connectivity wiring)
    {
        ArgumentNullException.ThrowIfNull(wiring);
        return wiring.Modules.IsEmpty
            ? throw new ArgumentException("the wiring has no module", nameof(wiring))
            : new(ConnectivityKind.Given, wiring.Modules[0].FanIn) { Wiring = wiring };
    }

    /// <summary>Given: the wiring.</summary>
    public Connectivity? Wiring { get; init; }

    /// <summary>Random and regular: which wiring is drawn, whatever the weights' seed; null to draw it from that seed.</summary>
    public ulong? WiringSeed { get; init; }

    /// <summary>The form of network that it wires: a ResNeXt, or blocks with inputs of their own.</summary>
    internal NetworkForm Form => Kind == ConnectivityKind.Full ? NetworkForm.ResNeXt : NetworkForm.Branches;

    private bool IsDrawn => Kind is ConnectivityKind.Random or ConnectivityKind.Regular;

    /// <summary>K in a network of this cardinality.</summary>
    public int FanInOf(int cardinality) => FanIn ?? cardinality;

    /// <summary>The wiring a network starts with: all open, the given one, or K random sources per block, which learning replaces.</summary>
    internal Connectivity InitialWiring(NetworkBlueprint blueprint, Seeds seeds) =>
        Wiring ?? (Kind is ConnectivityKind.Full or ConnectivityKind.FullBranches
            ? Connectivity.Full(blueprint)
            : Drawn(blueprint, (WiringSeed is { } own ? new Seeds(own) : seeds).Generator(Seeds.Gates)));

    private Connectivity Drawn(NetworkBlueprint blueprint, SeededRandom random)
    {
        var fanIn = FanInOf(blueprint.Size.Cardinality);
        return Kind == ConnectivityKind.Regular ? Connectivity.Regular(blueprint, fanIn, random) : Connectivity.Random(blueprint, fanIn, random);
    }

    /// <summary>Every mistake in this rule for a network of this cardinality.</summary>
    public IEnumerable<string> Mistakes(int cardinality)
    {
        foreach (var mistake in WiringMistakes(cardinality))
        {
            yield return mistake;
        }
        if ((IsDrawn || Kind == ConnectivityKind.Learned) && FanIn is null)
        {
            yield return $"fanIn: missing; {Kind.Text()} needs a fan-in from 1 to the cardinality {cardinality}";
        }
        if (FanIn is { } fanIn && (fanIn < 1 || fanIn > cardinality))
        {
            yield return $"fanIn: {fanIn} is outside 1 to the cardinality {cardinality}";
        }
        if (!IsDrawn && WiringSeed is { } seed)
        {
            yield return $"wiringSeed: {seed} does not go with {Kind.Text()}; only random and regular draw their wiring once";
        }
        if (Kind is ConnectivityKind.Full or ConnectivityKind.FullBranches && FanIn is { } given && given != cardinality)
        {
            yield return $"fanIn: {given} does not go with {Kind.Text()}, whose fan-in is the cardinality {cardinality}";
        }
    }

    private IEnumerable<string> WiringMistakes(int cardinality)
    {
        if ((Kind == ConnectivityKind.Given) != (Wiring is not null))
        {
            yield return Wiring is null
                ? "wiring: missing; given needs one, such as that of a run (--wiring-from RUN)"
                : $"wiring: does not go with {Kind.Text()}; take given";
        }
        foreach (var module in Wiring?.Modules ?? [])
        {
            if (module.Sources != cardinality || module.Readers != cardinality || module.FanIn != FanIn)
            {
                yield return $"wiring: module {module.Module} has {module.Readers} blocks that read {module.FanIn} of {module.Sources}, "
                    + $"expected {cardinality} that read {FanIn} of {cardinality}";
            }
        }
    }

    /// <summary>As tables print it: <c>Full</c>, <c>FullBranches</c>, <c>Random(4)</c>, <c>Regular(4)</c>, <c>Learned(4)</c>, <c>Given(4)</c>.</summary>
    public override string ToString() => Kind is ConnectivityKind.Full or ConnectivityKind.FullBranches
        ? Kind.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"{Kind}({FanIn})");

    /// <summary>As names of folders spell it: <c>full</c>, <c>full-branches</c>, <c>learned-4</c> with a hyphen between kind and fan-in.</summary>
    internal string Text(string between) => Kind is ConnectivityKind.Full or ConnectivityKind.FullBranches
        ? Kind.Text()
        : string.Create(CultureInfo.InvariantCulture, $"{Kind.Text()}{between}{FanIn}");
}

// The options of `evaluate` that put another wiring into a trained network.
using System.CommandLine;
using GateConnect.Experiments;
using GateConnect.Runtime;

namespace GateConnect.Cli;

/// <summary>What <c>--wiring</c> and the options beside it ask for.</summary>
/// <param name="Kinds">The wirings to measure, in order.</param>
/// <param name="Seed">Of the draws.</param>
/// <param name="Draws">How many random wirings.</param>
/// <param name="Statistics">Where the norms' statistics come from.</param>
internal sealed record WiringChoice(IReadOnlyList<WiringKind> Kinds, ulong Seed, int Draws, NormSource Statistics);

/// <summary>The options of the wiring.</summary>
internal sealed class WiringOptions
{
    private const int MostDraws = 1000;

    private readonly Option<string?> wiring = new("--wiring")
    {
        HelpName = "KIND",
        Description = "Is what was learned better than chance? Measures the unpruned weights under another wiring of the same fan-in: "
            + "learned (the K largest gates of every block), random, reversed (the K smallest), or all of them beside each other.",
    };

    private readonly Option<ulong?> seed = new("--wiring-seed") { HelpName = "N", Description = "Of the random wirings. Default 1." };
    private readonly Option<int?> draws = new("--draws")
    {
        HelpName = "N",
        Description = "Random wirings to measure; mean and standard deviation are told. Default 5.",
    };

    private readonly Option<string?> statistics = new("--statistics")
    {
        HelpName = "FROM",
        Description = "Running statistics of the norms: measured (anew under each wiring, the learned one too, "
            + $"on {WiringTrial.StatisticsBatches} batches of training images, no weight moved; "
            + "else wirings are blamed for statistics that belong to another) or kept. Default measured.",
    };

    public WiringOptions() => Group = new OptionGroup("Wiring", [wiring, draws, seed, statistics]);

    /// <summary>All of them, for help.</summary>
    public OptionGroup Group { get; }

    /// <summary>What was asked for, or null where nothing was.</summary>
    /// <exception cref="ConfigurationException">A value is wrong, or goes with <c>--wiring</c> only; all mistakes.</exception>
    public WiringChoice? Read(ParseResult parsed)
    {
        var mistakes = new List<string>();
        var kinds = Value(wiring, [.. Enum.GetValues<WiringKind>().Select(kind => (Word(kind), new[] { kind })), ("all", Enum.GetValues<WiringKind>())]);
        var source = Value(statistics, [.. Enum.GetValues<NormSource>().Select(kind => (Word(kind), kind))]);
        if (parsed.GetValue(draws) is < 1 or > MostDraws)
        {
            mistakes.Add($"--draws: {parsed.GetValue(draws)} is outside 1 to {MostDraws}");
        }
        if (parsed.GetValue(wiring) is null)
        {
            mistakes.AddRange(new Option[] { draws, seed, statistics }
                .Where(option => parsed.GetResult(option) is { Implicit: false })
                .Select(option => $"{option.Name}: goes with --wiring"));
        }
        return mistakes.Count > 0 ? throw new ConfigurationException(mistakes)
            : kinds is null ? null
            : new WiringChoice(kinds, parsed.GetValue(seed) ?? 1, parsed.GetValue(draws) ?? 5, source);

        T? Value<T>(Option<string?> option, (string Word, T Value)[] known)
        {
            if (parsed.GetValue(option) is not { } word)
            {
                return default;
            }
            if (known.All(entry => entry.Word != word))
            {
                mistakes.Add($"{option.Name}: '{word}' is not one of {string.Join(", ", known.Select(entry => entry.Word))}");
                return default;
            }
            return known.First(entry => entry.Word == word).Value;
        }
    }

    /// <summary>The word for a value on the command line and in JSON.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}

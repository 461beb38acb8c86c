// The options of a run that are not part of its recipe: where it lies and how it goes on.
using System.CommandLine;
using GateConnect.Experiments;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Cli;

/// <summary>The options of the run folder.</summary>
internal sealed class RunOptions
{
    public RunOptions() => Group = new OptionGroup("Run", [Out, Resume, AllowChange, CheckpointEvery, KeepCheckpoints, OnFullVolume, Recompute, Device, Json]);

    /// <summary>All of them, for help.</summary>
    public OptionGroup Group { get; }

    /// <summary><c>--out</c>.</summary>
    public Option<string?> Out { get; } = new("--out")
    {
        HelpName = "DIR",
        Description = "The run folder itself. Default a new one under runs/, named after the run.",
    };

    /// <summary><c>--resume</c>.</summary>
    public Option<string?> Resume { get; } = new("--resume")
    {
        HelpName = "auto|RUN",
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Go on with the run in this folder. auto (or nothing): the run in --out; "
            + "it is started where there is none, and left as it is where it is complete.",
    };

    /// <summary><c>--json</c>.</summary>
    public Option<bool> Json { get; } = JsonOption();

    /// <summary><c>--device</c>.</summary>
    public Option<string> Device { get; } = new("--device")
    {
        HelpName = "NAME",
        DefaultValueFactory = _ => "cpu",
        Description = "Where tensors live; this build knows cpu. Default cpu.",
    };

    private Option<string[]> AllowChange { get; } = new("--allow-change")
    {
        HelpName = "PATH",
        Description = "Go on although this value differs from the run's: a path of the recipe such as training.epochs, "
            + "data (the images) or build (versions, vector instructions). May be repeated.",
    };

    private Option<string?> CheckpointEvery { get; } = new("--checkpoint-every")
    {
        HelpName = "INTERVAL",
        Description = "How often the run is written down: 200b (batches), 2e (epochs) or 10m (minutes). "
            + "Default 1e, and 10m within an epoch; always when interrupted.",
    };

    private Option<int> KeepCheckpoints { get; } = new("--keep-checkpoints")
    {
        HelpName = "N",
        DefaultValueFactory = _ => 2,
        Description = "How many of the last checkpoints are kept, beside the one with the best held-out accuracy. Default 2.",
    };

    private Option<string> OnFullVolume { get; } = new("--on-full-disk")
    {
        HelpName = "stop|wait",
        DefaultValueFactory = _ => "stop",
        Description = "End with exit code 6 when the disk of the run folder is full, or wait until there is room. Default stop.",
    };

    private Option<string> Recompute { get; } = new("--recompute")
    {
        HelpName = "auto|always|never",
        DefaultValueFactory = _ => "auto",
        Description = "Make module outputs again in backward in place of keeping them: less memory, some more time, the same bits. "
            + "Default auto: where keeping them would not fit.",
    };

    /// <summary>A new <c>--json</c>.</summary>
    public static Option<bool> JsonOption() => new("--json")
    {
        Description = "Print one JSON document on stdout, everything else on stderr.",
    };

    /// <summary>The run to carry out in a folder.</summary>
    public RunRequest Request(ParseResult parsed, Recipe recipe, string folder) => new(recipe, folder)
    {
        CheckpointEvery = parsed.GetValue(CheckpointEvery) is { } text ? CheckpointInterval.Parse(text) : CheckpointInterval.Default,
        KeepCheckpoints = parsed.GetValue(KeepCheckpoints),
        OnFullVolume = parsed.GetValue(OnFullVolume) == "wait" ? FullVolumePolicy.Wait : FullVolumePolicy.Stop,
        Activations = parsed.GetValue(Recompute) switch { "always" => ActivationPolicy.Recompute, "never" => ActivationPolicy.Keep, _ => null },
        AllowedChanges = AllowedChanges(parsed),
    };

    /// <summary>The paths that may differ from those of the run to go on with.</summary>
    public IReadOnlyList<string> AllowedChanges(ParseResult parsed) => parsed.GetValue(AllowChange) ?? [];

    /// <summary>What is wrong with these options.</summary>
    public IEnumerable<string> Mistakes(ParseResult parsed)
    {
        if (parsed.GetValue(CheckpointEvery) is { } interval && Mistake(interval) is { } mistake)
        {
            yield return $"--checkpoint-every: {mistake}";
        }
        if (parsed.GetValue(KeepCheckpoints) is var keep and < 1)
        {
            yield return $"--keep-checkpoints: {keep} is outside 1 up";
        }
        if (parsed.GetValue(OnFullVolume) is { } policy and not ("stop" or "wait"))
        {
            yield return $"--on-full-disk: '{policy}' is neither stop nor wait";
        }
        if (parsed.GetValue(Recompute) is { } recompute and not ("auto" or "always" or "never"))
        {
            yield return $"--recompute: '{recompute}' is none of auto, always, never";
        }
        if (parsed.GetValue(Device) is { } device and not "cpu")
        {
            yield return $"--device: '{device}' is not cpu, the only device of this build";
        }
    }

    /// <summary>Whether <c>--resume</c> was given, with or without a value.</summary>
    public bool Resumes(ParseResult parsed) => parsed.GetResult(Resume) is { Implicit: false };

    /// <summary>The folder that <c>--resume</c> names, or null for <c>auto</c>.</summary>
    public string? ResumedFolder(ParseResult parsed) => parsed.GetValue(Resume) is { } value and not "auto" ? value : null;

    /// <summary>The folder given by <c>--out</c>.</summary>
    /// <exception cref="ConfigurationException">It is empty.</exception>
    public string? OutFolder(ParseResult parsed) => parsed.GetValue(Out) switch
    {
        null => null,
        var folder when string.IsNullOrWhiteSpace(folder) => throw new ConfigurationException("--out: empty, expected a folder"),
        var folder => folder,
    };

    private static string? Mistake(string interval)
    {
        try
        {
            CheckpointInterval.Parse(interval);
            return null;
        }
        catch (ConfigurationException failure)
        {
            return failure.Message;
        }
    }
}

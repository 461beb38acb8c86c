// The options of a run that are not part of its recipe: where it lies and how it goes on.
using System.CommandLine;
using GateConnect.Runtime;

namespace GateConnect.Cli;

/// <summary>The options of the run folder.</summary>
internal sealed class RunOptions
{
    public RunOptions() => Group = new OptionGroup("Run", [Out, Resume, CheckpointEvery, Device, Json]);

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
        Description = "Go on with the run in this folder. auto (or nothing): the run in --out; it is started where there is none, and left as it is where it is complete.",
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

    private Option<int> CheckpointEvery { get; } = new("--checkpoint-every")
    {
        HelpName = "STEPS",
        Description = "Write a checkpoint every so many steps too. Default after every epoch, and when interrupted.",
    };

    /// <summary>A new <c>--json</c>.</summary>
    public static Option<bool> JsonOption() => new("--json")
    {
        Description = "Print one JSON document on stdout, everything else on stderr.",
    };

    /// <summary>Steps between checkpoints, 0 for one per epoch.</summary>
    public int CheckpointSteps(ParseResult parsed) => parsed.GetValue(CheckpointEvery);

    /// <summary>What is wrong with these options.</summary>
    public IEnumerable<string> Mistakes(ParseResult parsed)
    {
        if (parsed.GetValue(CheckpointEvery) < 0)
        {
            yield return $"--checkpoint-every: {parsed.GetValue(CheckpointEvery)} is outside 0 up";
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
}

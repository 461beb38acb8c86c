// What the commands of `experiment` have in common.
using System.CommandLine;
using GateConnect.Experiments.Tables;

namespace GateConnect.Cli;

/// <summary>Arguments and options of several commands.</summary>
internal static class ExperimentOptions
{
    /// <summary>Where finished runs lie unless told otherwise.</summary>
    public const string DefaultResults = "experiments/results";

    /// <summary>The experiment's name.</summary>
    public static Argument<string> Name() => new("NAME")
    {
        Description = "An experiment: " + string.Join(", ", Experiment.All.Select(experiment => experiment.Name)) + ".",
    };

    /// <summary><c>--only</c>.</summary>
    public static Option<string[]> Only() => new("--only")
    {
        HelpName = "TEXT",
        Description = "Cells whose name contains this, such as 20,4,8 or learned, or the one that is named so. May be repeated; all must match.",
    };

    /// <summary><c>--results</c>.</summary>
    public static Option<string> Results() => new("--results")
    {
        HelpName = "DIR",
        DefaultValueFactory = _ => DefaultResults,
        Description = $"Where finished runs lie, without weights. Default {DefaultResults}.",
    };

    /// <summary>A folder as it is named in messages and paths.</summary>
    public static string Folder(string path) => path.Length > 1 ? path.TrimEnd('/') : path;

    /// <summary>What a command to copy needs to find the same results.</summary>
    public static string WithResults(string folder) => folder == DefaultResults ? "" : $" --results {folder}";
}

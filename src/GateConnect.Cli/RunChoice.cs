// Which run `train` is about: a new one, or one to go on with under its own recipe.
using System.CommandLine;
using GateConnect.Experiments;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Cli;

/// <summary>A run folder and its recipe.</summary>
/// <param name="Folder">The run folder.</param>
/// <param name="Recipe">What to run.</param>
/// <param name="Complete">The record of a run that needs nothing more, else null.</param>
internal sealed record RunChoice(string Folder, Recipe Recipe, RunRecord? Complete)
{
    /// <summary>Decides by the options.</summary>
    /// <exception cref="ConfigurationException">Options are wrong or contradict the run to go on with; all mistakes.</exception>
    public static RunChoice Of(ParseResult parsed, RunOptions run, RecipeOptions options, Voice voice)
    {
        var mistakes = run.Mistakes(parsed).ToList();
        var outFolder = run.OutFolder(parsed);
        var folder = run.Resumes(parsed) ? run.ResumedFolder(parsed) ?? outFolder : outFolder;
        if (run.Resumes(parsed) && folder is null)
        {
            mistakes.Add("--resume auto: needs --out DIR, the folder to go on in");
        }
        if (run.ResumedFolder(parsed) is { } resumed && outFolder is not null && Path.GetFullPath(outFolder) != Path.GetFullPath(resumed))
        {
            mistakes.Add($"--out: {outFolder} is not the run that --resume {resumed} goes on with; leave one of them out");
        }
        var stored = mistakes.Count == 0 ? Stored(parsed, run, folder, mistakes) : null;
        var recipe = Collect(() => options.Resolve(parsed, stored?.Recipe, voice), mistakes);
        if (stored is not null && recipe is not null
            && RecipeDifference.Between(stored.Recipe, recipe, run.AllowedChanges(parsed)) is { Count: > 0 } differences)
        {
            mistakes.Add(RecipeDifference.Refusal(folder!));
            mistakes.AddRange(differences);
        }
        return mistakes.Count == 0
            ? new RunChoice(folder ?? RunFolder.DefaultName(recipe!), recipe!, stored?.Status == RunStatus.Complete ? stored : null)
            : throw new ConfigurationException(mistakes);
    }

    private static RunRecord? Stored(ParseResult parsed, RunOptions run, string? folder, List<string> mistakes)
    {
        if (run.ResumedFolder(parsed) is not null)
        {
            return RunRecord.Read(RunFolder.Open(folder!).RecordPath);
        }
        if (folder is null || !RunFolder.HoldsRun(folder))
        {
            return null;
        }
        if (run.Resumes(parsed))
        {
            return RunRecord.Read(RunFolder.Open(folder).RecordPath);
        }
        mistakes.Add($"--out: {folder} holds a run already; go on with it by --resume auto, or name another folder");
        return null;
    }

    private static Recipe? Collect(Func<Recipe> resolve, List<string> mistakes)
    {
        try
        {
            return resolve();
        }
        catch (ConfigurationException exception)
        {
            mistakes.AddRange(exception.Mistakes);
            return null;
        }
    }
}

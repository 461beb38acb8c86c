// Which runs belong together: those with one recipe but for the seed make a row, and rows with the same network, images and
// budget may stand side by side. What tells two rows of one rule apart stands in their names.
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Reporting;
using GateConnect.Training;

namespace GateConnect.Experiments;

/// <summary>Finished runs with one recipe but for the seed, by seed.</summary>
/// <param name="Name">Such as <c>Learned(4)</c>.</param>
/// <param name="Recipe">Their recipe, without seed, threads and place of the data.</param>
/// <param name="Runs">The runs, by seed; of two with one seed the first.</param>
internal sealed record RunGroup(string Name, Recipe Recipe, IReadOnlyList<RunRecord> Runs)
{
    /// <summary>The group as a row of a page.</summary>
    public GroupRow Row() => new(Name, SeedFigures.Of(Runs));
}

/// <summary>Gathers runs.</summary>
internal static class RunGroups
{
    // What the name of the rule says already.
    private static readonly string[] Untold = ["connectivity", "fanIn", "wiring", "wiringSeed", "training.gates.estimator", "training.gates.keepBlocks"];

    /// <summary>A recipe without what may differ between runs of a row.</summary>
    public static Recipe Seedless(Recipe recipe) => recipe.Effective with { Seed = 0, Threads = null, Data = recipe.Data with { Path = null } };

    /// <summary>The rule of a recipe: <c>Learned(4)</c>, <c>Learned(4), gumbel</c> or <c>Random(4), wiring 3</c>.</summary>
    public static string Rule(Recipe recipe) => recipe.WiringSeed is { } wiring
        ? string.Create(CultureInfo.InvariantCulture, $"{recipe.Rule}, wiring {wiring}")
        : recipe.Rule + Estimator(recipe);

    /// <summary>How a recipe learns its gates, if not by the usual rule: <c>, gumbel</c>; nothing where it learns none.</summary>
    public static string Estimator(Recipe recipe)
    {
        var gates = recipe.Effective.Training.Gates;
        return (gates.Estimator == EstimatorKind.Relaxed ? "" : $", {gates.Estimator.Text()}") + (gates.KeepBlocks ? ", blocks kept" : "");
    }

    /// <summary>The rows of these finished runs, in the order in which they first come.</summary>
    public static IReadOnlyList<RunGroup> Of(IEnumerable<RunRecord> runs)
    {
        var groups = new List<RunGroup>();
        foreach (var group in Alike([.. runs]))
        {
            var recipe = group.Key.Recipe;
            var name = recipe is { Connectivity: ConnectivityKind.Given, Wiring: null } ? $"{Rule(recipe)}, one per seed" : Rule(recipe);
            var namesake = groups.FirstOrDefault(other => Rule(other.Recipe) == Rule(recipe));
            groups.Add(new RunGroup(
                Free(namesake is null ? name : name + What(namesake.Recipe, recipe), groups), recipe,
                [.. group.DistinctBy(run => run.Recipe.Seed).OrderBy(run => run.Recipe.Seed)]));
        }
        return groups;
    }

    // A wiring is part of the recipe, but where every seed has one of its own, learned under it, it is the seed's.
    private static IEnumerable<IGrouping<(Recipe Recipe, (string, string, int, int, string) Images), RunRecord>> Alike(RunRecord[] runs)
    {
        var own = runs.Where(run => run.Recipe.Connectivity == ConnectivityKind.Given).GroupBy(run => (Unwired(run.Recipe), run.Recipe.FanIn, ImagesOf(run)))
            .Where(group => group.Count() > 1
                && group.DistinctBy(run => run.Recipe.Seed).Count() == group.Count()
                && group.DistinctBy(run => run.Recipe.Wiring).Count() == group.Count())
            .SelectMany(group => group).ToHashSet();
        return runs.GroupBy(run => (own.Contains(run) ? Seedless(run.Recipe) with { Wiring = null } : Seedless(run.Recipe), ImagesOf(run)));
    }

    private static string Free(string name, List<RunGroup> groups)
    {
        var free = name;
        for (var number = 2; groups.Any(group => group.Name == free); number++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name} {number}");
        }
        return free;
    }

    /// <summary>Whether two runs differ in wiring and seed alone.</summary>
    public static bool AreComparable(RunRecord one, RunRecord other) =>
        Unwired(one.Recipe) == Unwired(other.Recipe) && ImagesOf(one) == ImagesOf(other);

    /// <summary>The finished runs in the folder around this one; what cannot be read there is another run's matter.</summary>
    public static IEnumerable<RunRecord> Beside(RunFolder folder)
    {
        var own = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.Path));
        foreach (var path in Neighbours(own))
        {
            if (path != own && RunFolder.HoldsRun(path) && TryRead(path) is { Results: not null } record)
            {
                yield return record;
            }
        }
    }

    // Fingerprints are no help: which images a subset has, or a folder is tested on, may follow from the seed.
    private static (string Name, string Image, int Train, int Test, string Classes) ImagesOf(RunRecord run) =>
        (run.Dataset.Name, run.Dataset.Image, run.Dataset.TrainImages, run.Dataset.TestImages, string.Join('\n', run.Dataset.ClassNames));

    private static Recipe Unwired(Recipe recipe) => Seedless(recipe) with
    {
        Connectivity = ConnectivityKind.Full,
        FanIn = null,
        Wiring = null,
        WiringSeed = null,
        Training = recipe.Training with { Gates = new GateOptions() },
    };

    // What differs most often, in words.
    private static string Said(string path, string value) => (path, value) switch
    {
        ("data.dataset", _) => value.Trim('"'),
        ("data.imageSize", "nothing") => "images as large as they are",
        ("data.imageSize", _) => $"images of {value} pixels",
        ("data.trainLimit", "nothing") => "all images",
        ("data.trainLimit", _) => $"{value} images",
        (_, "nothing") => $"{path} not set",
        _ => $"{path} {value}",
    };

    private static string What(Recipe namesake, Recipe recipe)
    {
        var values = RecipeDifference.Values(namesake, recipe).Where(value => !Untold.Contains(value.Path)).ToArray();
        return values.Length == 0
            ? (namesake.Wiring == recipe.Wiring ? ", other images" : ", other wiring")
            : ", " + string.Join(", ", values.Select(value => Said(value.Path, value.Asked)));
    }

    private static IEnumerable<string> Neighbours(string own)
    {
        try
        {
            return Path.GetDirectoryName(own) is { } parent ? Directory.GetDirectories(parent).Order(StringComparer.Ordinal) : [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static RunRecord? TryRead(string path)
    {
        try
        {
            return RunRecord.Read(RunFolder.Open(path).RecordPath);
        }
        catch (Runtime.DataException)
        {
            return null;
        }
    }
}

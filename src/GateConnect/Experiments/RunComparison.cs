// Several finished runs on one page: rows over seeds, curves over each other, and how far wirings that were learned agree, beside
// what chance would give.
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Reporting;
using GateConnect.Reporting.Html;
using GateConnect.Runtime;

namespace GateConnect.Experiments;

/// <summary>Compares runs.</summary>
public static class RunComparison
{
    /// <summary>Writes the page.</summary>
    /// <param name="folders">Two or more finished runs.</param>
    /// <param name="path">The HTML file to write.</param>
    /// <returns>The file written.</returns>
    /// <exception cref="ConfigurationException">A run is named twice.</exception>
    /// <exception cref="DataException">A run is damaged, or not complete.</exception>
    /// <exception cref="OutputException">The page cannot be written.</exception>
    public static string Write(IReadOnlyList<RunFolder> folders, string path)
    {
        ArgumentNullException.ThrowIfNull(folders);
        var twice = folders.GroupBy(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.Path))).FirstOrDefault(same => same.Count() > 1);
        if (twice is not null)
        {
            throw new ConfigurationException($"{twice.First().Path}: named twice; a run counts once");
        }
        AtomicFile.WriteAllText(path, ComparisonPage.Write(Content(folders)));
        return path;
    }

    /// <summary>What the page tells.</summary>
    internal static ComparisonContent Content(IReadOnlyList<RunFolder> folders)
    {
        var contents = folders.Select(folder => RunPages.Read(folder, RunReport.Finished(folder))).ToArray();
        var groups = RunGroups.Of(contents.Select(content => content.Record));
        ComparedRun[] runs =
        [
            .. groups.SelectMany((group, index) => group.Runs.Select(record => new ComparedRun(
                string.Create(CultureInfo.InvariantCulture, $"{group.Name}, seed {record.Recipe.Seed}"), index,
                contents.First(content => content.Record == record)))),
        ];
        return new ComparisonContent([.. groups.Select(group => group.Row())], runs)
        {
            Left = folders.Count - runs.Length,
            AreComparable = contents.All(content => RunGroups.AreComparable(content.Record, contents[0].Record)),
            Tests = [.. Tests(groups)],
            Agreements = [.. Pairs(runs).Select(pair => WiringAgreement.Of(pair.One, pair.Other)).OfType<WiringAgreement>()],
        };
    }

    private static IEnumerable<ComparedPair> Tests(IReadOnlyList<RunGroup> groups) =>
        from pair in LearnedPairs.Of(groups, groups.Any(IsLearned) ? IsLearned : first => first == groups[0], Compare)
        let test = SeedFigures.Test(pair.Learned.Runs, pair.Other.Runs)
        where test is not null
        select new ComparedPair($"{pair.Learned.Name} − {pair.Other.Name}", test.Value);

    private static bool Compare(RunGroup first, RunGroup other) =>
        RunGroups.AreComparable(first.Runs[0], other.Runs[0]) && (other.Recipe.FanIn is null || other.Recipe.FanIn == first.Recipe.FanIn);

    // A wiring that was given was learned, mostly: it is held against those it is to beat.
    private static bool IsLearned(RunGroup group) => group.Recipe.Connectivity is ConnectivityKind.Learned or ConnectivityKind.Given;

    private static IEnumerable<(ComparedRun One, ComparedRun Other)> Pairs(ComparedRun[] runs)
    {
        for (var one = 0; one < runs.Length; one++)
        {
            for (var other = one + 1; other < runs.Length; other++)
            {
                yield return (runs[one], runs[other]);
            }
        }
    }
}

// What differs between the recipe of a run and the one asked for now: a run goes on only with its own.
using System.Text.Json.Nodes;
using GateConnect.Reporting;
using GateConnect.Training;

namespace GateConnect.Experiments;

/// <summary>Compares recipes, path by path.</summary>
public static class RecipeDifference
{
    /// <summary>
    /// One line per value that differs, such as <c>training.epochs: 10 in the run, 20 asked for</c>. Where the data lie
    /// does not count: their fingerprint is compared instead.
    /// </summary>
    /// <param name="run">The recipe of the run.</param>
    /// <param name="asked">The recipe asked for now.</param>
    /// <param name="allowed">Paths that may differ; <c>training</c> stands for all below it.</param>
    public static IReadOnlyList<string> Between(Recipe run, Recipe asked, IReadOnlyList<string> allowed)
    {
        ArgumentNullException.ThrowIfNull(allowed);
        var lines = new List<(string Path, string Line)>();
        Compare(Tree(run), Tree(asked), "", lines);
        return [.. lines.Where(line => !TrainingBasis.IsAllowed(line.Path, allowed)).Select(line => line.Line)];
    }

    /// <summary>The line before the differences.</summary>
    public static string Refusal(string folder) =>
        $"{folder}: a run goes on only as it began; leave these as they were, allow a change by its path (--allow-change PATH), or start another with a new --out:";

    private static JsonObject Tree(Recipe recipe) => JsonNode.Parse(RecipeFile.Print(recipe))!.AsObject();

    private static void Compare(JsonObject run, JsonObject asked, string prefix, List<(string Path, string Line)> lines)
    {
        foreach (var (name, value) in run)
        {
            var path = prefix + name;
            if (value is JsonObject inner)
            {
                Compare(inner, asked[name]!.AsObject(), path + ".", lines);
            }
            else if (path != "data.path" && !JsonNode.DeepEquals(value, asked[name]))
            {
                lines.Add((path, $"{path}: {Text(value)} in the run, {Text(asked[name])} asked for"));
            }
        }
    }

    private static string Text(JsonNode? value) => value?.ToJsonString() ?? "nothing";
}

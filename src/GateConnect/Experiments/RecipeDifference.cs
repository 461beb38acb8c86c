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
        return
        [
            .. Values(run, asked).Where(value => !TrainingBasis.IsAllowed(value.Path, allowed))
                .Select(value => $"{value.Path}: {value.Run} in the run, {value.Asked} asked for"),
        ];
    }

    /// <summary>The values that differ, as they stand in a recipe file, but for where the data lie.</summary>
    internal static IReadOnlyList<(string Path, string Run, string Asked)> Values(Recipe run, Recipe asked)
    {
        var values = new List<(string Path, string Run, string Asked)>();
        Compare(Tree(run), Tree(asked), "", values);
        return values;
    }

    /// <summary>The line before the differences.</summary>
    public static string Refusal(string folder) =>
        $"{folder}: a run goes on only as it began; leave these as they were, allow a change by its path (train --allow-change PATH), "
        + "or start another (train --out; in a table: delete this folder):";

    private static JsonObject Tree(Recipe recipe) => JsonNode.Parse(RecipeFile.Print(recipe))!.AsObject();

    private static void Compare(JsonObject run, JsonObject asked, string prefix, List<(string Path, string Run, string Asked)> values)
    {
        foreach (var (name, value) in run)
        {
            var path = prefix + name;
            if (value is JsonObject inner)
            {
                Compare(inner, asked[name]!.AsObject(), path + ".", values);
            }
            else if (path != "data.path" && !JsonNode.DeepEquals(value, asked[name]))
            {
                values.Add((path, Text(value), Text(asked[name])));
            }
        }
    }

    private static string Text(JsonNode? value) => value?.ToJsonString() ?? "nothing";
}

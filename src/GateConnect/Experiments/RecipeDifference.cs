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
    public static IReadOnlyList<string> Between(Recipe run, Recipe asked)
    {
        var lines = new List<string>();
        Compare(Tree(run), Tree(asked), "", lines);
        return lines;
    }

    private static JsonObject Tree(Recipe recipe) => JsonNode.Parse(RecipeFile.Print(recipe))!.AsObject();

    private static void Compare(JsonObject run, JsonObject asked, string prefix, List<string> lines)
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
                lines.Add($"{path}: {Text(value)} in the run, {Text(asked[name])} asked for");
            }
        }
    }

    private static string Text(JsonNode? value) => value?.ToJsonString() ?? "nothing";
}

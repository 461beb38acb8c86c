// A recipe as a tree of JSON values with known paths and types: what --set edits and --config reads. The paths come from
// the Recipe record itself, so that a new option is known here without being listed.
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using GateConnect.Training;

namespace GateConnect.Reporting;

internal static class RecipeTree
{
    /// <summary>Every option by its path, such as <c>training.gates.step</c>, in the order of the record.</summary>
    public static IReadOnlyDictionary<string, RecipeOption> Options { get; } =
        Walk(ReportJson.Indented.Recipe, prefix: "").ToImmutableSortedDictionary(option => option.Path, option => option, StringComparer.Ordinal);

    public static JsonObject Of(Recipe recipe) =>
        JsonSerializer.SerializeToNode(recipe, ReportJson.Indented.Recipe)!.AsObject();

    public static Recipe ToRecipe(JsonObject tree) => tree.Deserialize(ReportJson.Indented.Recipe)!;

    /// <summary>
    /// The default recipe with <paramref name="given"/> laid over it. Unknown members and values of a wrong type are added to
    /// <paramref name="mistakes"/>, each in a line that starts with its path, and left out.
    /// </summary>
    public static JsonObject Complete(JsonObject given, List<string> mistakes)
    {
        var complete = Of(new Recipe());
        Lay(given, prefix: "", complete, mistakes);
        return complete;
    }

    /// <summary>Puts a value at a path that exists.</summary>
    public static void Put(JsonObject tree, string path, JsonNode? value)
    {
        var parts = path.Split('.');
        foreach (var part in parts[..^1])
        {
            tree = tree[part]!.AsObject();
        }
        tree[parts[^1]] = value;
    }

    public static JsonNode? Get(JsonObject tree, string path) =>
        path.Split('.').Aggregate((JsonNode?)tree, (node, part) => node![part]);

    /// <summary>Says why a path is no option and names those that were probably meant.</summary>
    public static string Unknown(string path)
    {
        var group = Options.Keys.Where(known => known.StartsWith(path + ".", StringComparison.Ordinal)).ToArray();
        if (group.Length > 0)
        {
            return $"{path}: a group of options; name one of {string.Join(", ", group)}";
        }
        var last = path[(path.LastIndexOf('.') + 1)..];
        var nearest = Options.Keys
            .Select(known => (Path: known, Distance: Math.Min(
                EditDistance(path, known), EditDistance(last, known[(known.LastIndexOf('.') + 1)..]) + 1)))
            .OrderBy(known => known.Distance).ThenBy(known => known.Path, StringComparer.Ordinal)
            .Select(known => known.Path).Take(4);
        return $"{path}: unknown; nearest: {string.Join(", ", nearest)}";
    }

    private static void Lay(JsonObject given, string prefix, JsonObject complete, List<string> mistakes)
    {
        foreach (var (name, value) in given)
        {
            var path = prefix + name;
            if (Options.TryGetValue(path, out var option))
            {
                if (option.Mistake(value) is { } mistake)
                {
                    mistakes.Add(mistake);
                    continue;
                }
                Put(complete, path, value?.DeepClone());
            }
            else if (!Options.Keys.Any(known => known.StartsWith(path + ".", StringComparison.Ordinal)))
            {
                mistakes.Add(Unknown(path));
            }
            else if (value is JsonObject group)
            {
                Lay(group, path + ".", complete, mistakes);
            }
            else
            {
                mistakes.Add($"{path}: expected an object, {{ ... }}, found {value?.ToJsonString() ?? "null"}");
            }
        }
    }

    private static IEnumerable<RecipeOption> Walk(JsonTypeInfo type, string prefix)
    {
        foreach (var property in type.Properties.Where(property => property.Get is not null))
        {
            var inner = type.Options.GetTypeInfo(property.PropertyType);
            if (inner.Kind == JsonTypeInfoKind.Object)
            {
                foreach (var option in Walk(inner, $"{prefix}{property.Name}."))
                {
                    yield return option;
                }
            }
            else
            {
                yield return RecipeOption.Of(prefix + property.Name, property);
            }
        }
    }

    private static int EditDistance(string first, string second)
    {
        var row = Enumerable.Range(0, second.Length + 1).ToArray();
        for (var i = 1; i <= first.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= second.Length; j++)
            {
                var cost = char.ToLowerInvariant(first[i - 1]) == char.ToLowerInvariant(second[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost));
            }
        }
        return row[^1];
    }
}

// --config: a recipe from a file. The run.json of an earlier run serves as well as a recipe by itself, in which every
// option may be left out.
using System.Text.Json;
using System.Text.Json.Nodes;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Reporting;

/// <summary>Reads and writes recipes.</summary>
public static class RecipeFile
{
    /// <summary>Reads a bare recipe or the recipe in a run.json; options that are left out keep their defaults.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, or holds mistakes; all are listed, each with file and path.</exception>
    public static Recipe Read(string path)
    {
        var root = Parse(path);
        var mistakes = new List<string>();
        var recipe = root["recipe"] is JsonObject inner && root.ContainsKey("formatVersion") ? inner : root;
        var complete = RecipeTree.Complete(recipe, mistakes);
        return mistakes.Count == 0
            ? RecipeTree.ToRecipe(complete)
            : throw new ConfigurationException([.. mistakes.Select(mistake => $"{path}: {mistake}")]);
    }

    /// <summary>The recipe as indented JSON, every option spelled out; the same text for equal recipes.</summary>
    public static string Print(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return JsonSerializer.Serialize(recipe, ReportJson.Indented.Recipe) + "\n";
    }

    private static JsonObject Parse(string path)
    {
        try
        {
            return JsonNode.Parse(UntrustedText.ReadAll(path, ReportJson.LongestRecord), nodeOptions: null, ReportJson.Strict) as JsonObject
                ?? throw new ConfigurationException($"{path}: expected a JSON object, {{ ... }}");
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            throw new ConfigurationException($"{path}: no JSON: {ReportJson.OneLine(failure)}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: cannot be read: {failure.Message}");
        }
    }
}

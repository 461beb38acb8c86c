// --set: one option of a recipe by its path. Type-checked, unknown paths refused, every change said aloud.
using System.Text.Json.Nodes;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Reporting;

/// <summary>Changes single options of a <see cref="Recipe"/> by their paths.</summary>
public static class RecipeEditing
{
    /// <summary>Every path that can be set, in alphabetical order.</summary>
    public static IReadOnlyList<string> Paths { get; } = [.. RecipeTree.Options.Keys];

    /// <summary>Applies an assignment such as <c>training.epochs=5</c>; ranges are checked by the recipe's owner, not here.</summary>
    /// <param name="recipe">The recipe to start from.</param>
    /// <param name="assignment">path=value, the value without quotes; <c>null</c> for nothing where the option allows it.</param>
    /// <returns>The changed recipe, and a line that says what changed: <c>training.epochs: 10 -> 5</c>.</returns>
    /// <exception cref="ConfigurationException">No assignment, an unknown path (the nearest are listed), or a value of another type.</exception>
    public static (Recipe Recipe, string Echo) Set(Recipe recipe, string assignment)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(assignment);
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new ConfigurationException($"--set {assignment}: expected path=value, such as training.epochs=5");
        }
        var (path, text) = (assignment[..equals].Trim(), assignment[(equals + 1)..].Trim());
        if (!RecipeTree.Options.TryGetValue(path, out var option))
        {
            throw new ConfigurationException("--set " + RecipeTree.Unknown(path));
        }
        if (!option.TryParse(text, out var value))
        {
            throw new ConfigurationException($"--set {path}: expected {option.Expectation}, found '{text}'");
        }
        var tree = RecipeTree.Of(recipe);
        var echo = $"{path}: {Print(RecipeTree.Get(tree, path))} -> {Print(value)}";
        RecipeTree.Put(tree, path, value);
        return (RecipeTree.ToRecipe(tree), echo);
    }

    private static string Print(JsonNode? value) => value?.ToString() ?? "null";
}

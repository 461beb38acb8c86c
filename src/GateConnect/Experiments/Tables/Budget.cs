// How much of the paper's effort a machine can pay for: epochs are scaled, and where that is not enough, images are fewer
// or smaller. Nothing else of a recipe changes, and every change stands in the name of the run.
using System.Globalization;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Experiments.Tables;

/// <summary>What a recipe is cut down to.</summary>
/// <param name="Share">Of the epochs, above 0; 1 is the paper's budget. At least one epoch is left.</param>
public sealed record Budget(double Share = 1)
{
    /// <summary>A seeded, class-balanced subset of the training images; null for all.</summary>
    public int? TrainLimit { get; init; }

    /// <summary>Height and width of the images in pixels; null for the recipe's own.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Reads <c>0.05</c>, <c>5%</c> or <c>4/300</c>.</summary>
    /// <exception cref="ConfigurationException">It is none of these, or not above 0 and at most 100.</exception>
    public static Budget Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('/');
        var share = parts.Length switch
        {
            1 when text.EndsWith('%') => Number(text[..^1]) / 100,
            1 => Number(text),
            2 => Number(parts[0]) / Number(parts[1]),
            _ => null,
        };
        return share is > 0 and <= 100
            ? new Budget(share.Value)
            : throw new ConfigurationException($"--budget: '{UntrustedText.Shown(text)}' is no share of the paper's epochs; write 0.05, 5% or 15/300");
    }

    /// <summary>The recipe within this budget.</summary>
    public Recipe Apply(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe with
        {
            Data = recipe.Data with { TrainLimit = TrainLimit ?? recipe.Data.TrainLimit, ImageSize = ImageSize ?? recipe.Data.ImageSize },
            Training = recipe.Training with { Epochs = Math.Max(1, (int)Math.Round(recipe.Training.Epochs * Share)) },
        };
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}

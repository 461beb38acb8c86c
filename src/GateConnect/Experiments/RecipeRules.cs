// Everything about a recipe that can be wrong before any image is read, all mistakes at once, by path.
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Experiments;

/// <summary>Checks recipes.</summary>
public static class RecipeRules
{
    /// <summary>Every mistake, each in one line that starts with its path; empty when all is well.</summary>
    public static IReadOnlyList<string> Mistakes(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var mistakes = new List<string>();
        Collect(mistakes, () => DatasetKinds.Parse(recipe.Data.Dataset), "data.");
        if (Collect(mistakes, () => NetworkSize.Parse(recipe.Network)) is { } size && Collect(mistakes, () => recipe.Rule) is { } rule)
        {
            mistakes.AddRange(rule.Mistakes(size.Cardinality));
            var modules = size.ModulesPerStage!.Sum();
            if (rule.Wiring is { } wiring && wiring.Modules.Length != modules - 1)
            {
                mistakes.Add($"wiring: of {wiring.Modules.Length + 1} modules, but {size} has {modules}");
            }
        }
        if (recipe.Connectivity == ConnectivityKind.Full && recipe.LastNormAffine == LastNormAffine.PerBranch)
        {
            mistakes.Add("lastNormAffine: PerBranch does not go with connectivity full, whose last norms stand behind the sum; take full-branches");
        }
        var data = recipe.Data;
        Require(
            mistakes, data.ImageSize is null or (>= 8 and <= ImageFolderOptions.LargestImageSize), "data.imageSize", data.ImageSize,
            $"8 to {ImageFolderOptions.LargestImageSize}");
        Require(mistakes, data.TestFraction is > 0 and < 1, "data.testFraction", data.TestFraction, "above 0 to below 1");
        Require(mistakes, data.DecodedCache >= 0, "data.decodedCache", data.DecodedCache, "0 megabytes up");
        if (data is { Decoding: DecodingPolicy.Streamed, Dataset: not "folder" })
        {
            mistakes.Add($"data.decoding: streamed is for dataset folder, not {data.Dataset}, whose images are small");
        }
        Require(mistakes, data.TrainLimit is null or >= 2, "data.trainLimit", data.TrainLimit, "2 up");
        Require(mistakes, data.Holdout is >= 0 and < 1, "data.holdout", data.Holdout, "0 to below 1");
        if (data.Augmentation is { } augmentation && !AugmentationNames.All.Contains(augmentation))
        {
            mistakes.Add($"data.augmentation: '{augmentation}' is not one of {string.Join(", ", AugmentationNames.All)}");
        }
        if (data.Normalization is { } normalization)
        {
            Collect(mistakes, () => (Normalization.Parse(normalization), 0), "data.normalization: ");
        }
        if (recipe.From.Sha256 is { } fingerprint && !(fingerprint.Length == 64 && fingerprint.All(char.IsAsciiHexDigitLower)))
        {
            mistakes.Add($"from.sha256: '{UntrustedText.Printable(fingerprint)}' is not 64 lower-case hexadecimal digits; --from RUN sets it");
        }
        if (recipe.From is { Sha256: null, Name: not null })
        {
            mistakes.Add("from.name: without from.sha256; --from RUN sets both");
        }
        Require(mistakes, recipe.Threads is null or (>= 1 and <= 1024), "threads", recipe.Threads, "1 to 1024");
        mistakes.AddRange(recipe.Training.Mistakes());
        return mistakes;
    }

    /// <summary>Refuses a recipe with mistakes.</summary>
    /// <exception cref="ConfigurationException">There are some; lists them all.</exception>
    public static void Require(Recipe recipe)
    {
        var mistakes = Mistakes(recipe);
        if (mistakes.Count > 0)
        {
            throw new ConfigurationException(mistakes);
        }
    }

    private static T? Collect<T>(List<string> mistakes, Func<T> parse, string prefix = "")
        where T : struct
    {
        try
        {
            return parse();
        }
        catch (ConfigurationException exception)
        {
            mistakes.AddRange(exception.Mistakes.Select(mistake => prefix + mistake));
            return null;
        }
    }

    private static void Require(List<string> mistakes, bool holds, string path, IFormattable? value, string range)
    {
        if (!holds)
        {
            mistakes.Add($"{path}: {value?.ToString(null, CultureInfo.InvariantCulture)} is outside {range}");
        }
    }
}

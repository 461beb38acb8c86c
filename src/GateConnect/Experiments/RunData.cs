// From the words of a recipe to images in memory: find or fetch, read, limit, hold out, measure.
using GateConnect.Data;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Experiments;

/// <summary>The images of a run.</summary>
/// <param name="Training">What is learned from, and what is held out.</param>
/// <param name="Test">What is measured on, once, at the end.</param>
/// <param name="Source">Where the images came from: a path, or <c>made from the seed</c>.</param>
public sealed record RunData(TrainingData Training, ImageDataset Test, string Source)
{
    /// <summary>Names, counts and fingerprints for run.json; reads every pixel once.</summary>
    public DatasetFacts Facts() => DatasetFacts.Of(Training.Train, Test);

    /// <summary>What the images take in memory, in bytes; those that stay in their files: what is kept of them at the most.</summary>
    public long Bytes => Training.Train.Photos?.CacheBytes ?? (long)(Training.Train.Count + (Training.Held?.Count ?? 0) + Test.Count) * Test.Shape.ByteCount;

    /// <summary>Reads what a recipe names; a published dataset that is not on this machine is fetched.</summary>
    /// <exception cref="DataException">Missing, damaged, or not to be had.</exception>
    /// <exception cref="ConfigurationException">A value does not fit the data.</exception>
    public static RunData Read(RunRequest request, RunEvents events, CancellationToken cancel)
    {
        var recipe = request.Recipe;
        var kind = DatasetKinds.Parse(recipe.Data.Dataset);
        var path = FindOrFetch(kind, request, events, cancel);
        var seeds = new Seeds(recipe.Seed);
        var parts = ReadParts(recipe, path, events, cancel);
        var (train, held) = Select(parts.Train, recipe.Data, seeds);
        var augmentation = AugmentationNames.Resolve(recipe.Data.Augmentation, kind, train.Shape.Height, recipe.Data.Decoding);
        var training = new TrainingData(train, held, NormalizationOf(recipe.Data, train), augmentation);
        return new RunData(training, parts.Test, path ?? "made from the seed");
    }

    /// <summary>Both parts of a recipe's dataset as they are, without limit or hold-out.</summary>
    /// <param name="recipe">Names dataset, image size, split and seed.</param>
    /// <param name="path">Where the data are; null for shapes.</param>
    /// <param name="events">Receives notes and the state of decoding.</param>
    /// <param name="cancel">Ends the reading.</param>
    public static DatasetParts ReadParts(Recipe recipe, string? path, RunEvents events, CancellationToken cancel)
    {
        var parts = DatasetReader.Read(new DatasetRequest(DatasetKinds.Parse(recipe.Data.Dataset), path ?? "", new Seeds(recipe.Seed))
        {
            ImageSize = recipe.Data.ImageSize,
            TestFraction = recipe.Data.TestFraction,
            Policy = recipe.Data.Undecodable,
            Decoding = recipe.Data.Decoding,
            DecodedCacheBytes = (long)recipe.Data.DecodedCache << 20,
            Progress = events.Load,
            Cancellation = cancel,
        });
        foreach (var note in parts.Notes)
        {
            events.Note?.Invoke(note);
        }
        return parts;
    }

    /// <summary>The path of a recipe's dataset, or null for shapes; a published one is fetched where it is missing.</summary>
    public static string? FindOrFetch(DatasetKind kind, RunRequest request, RunEvents events, CancellationToken cancel)
    {
        var given = request.Recipe.Data.Path;
        if (DatasetCatalog.Find(kind) is not { } entry)
        {
            return kind == DatasetKind.Folder ? DatasetLocator.LocateFolder(given).Path : null;
        }
        if (new DatasetLocator(request.Places).Locate(entry, given).Found is { } found)
        {
            return found.Path;
        }
        events.Note?.Invoke($"{entry.Title} is not on this machine; fetching it");
        var fetched = new DatasetFetcher(request.Places)
            .FetchAsync(entry, progress => events.Fetch?.Invoke(progress), cancel).GetAwaiter().GetResult();
        foreach (var note in fetched.Notes)
        {
            events.Note?.Invoke(note);
        }
        return fetched.Location.Path;
    }

    private static Normalization NormalizationOf(DataRecipe recipe, ImageDataset train)
    {
        if (recipe.Normalization is not { } text)
        {
            return Normalization.Measure(train);
        }
        var given = Normalization.Parse(text);
        return given.Mean.Count == train.Shape.Channels
            ? given
            : throw new ConfigurationException($"data.normalization: of {given.Mean.Count} channels, but the images are {train.Shape}");
    }

    private static (ImageDataset Train, ImageDataset? Held) Select(ImageDataset images, DataRecipe recipe, Seeds seeds)
    {
        if (recipe.Holdout == 0)
        {
            return (Limited(images, recipe, seeds), null);
        }
        var (kept, held) = DatasetSplit.StratifiedSplit(images, recipe.Holdout, seeds, "holdout");
        return (Limited(kept, recipe, seeds), held);
    }

    private static ImageDataset Limited(ImageDataset images, DataRecipe recipe, Seeds seeds) =>
        recipe.TrainLimit is { } limit ? DatasetSplit.Limit(images, limit, seeds) : images;
}

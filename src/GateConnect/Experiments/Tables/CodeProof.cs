// Whether two results were computed by the same method: the first losses of a cell's recipe on made-up images, from seed 0.
// Commits tell too much (a comment makes another one) and too little (a dirty tree): what counts is what is computed. Results
// whose losses differ are never averaged.
using System.Text.Json;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Experiments.Tables;

/// <summary>The first losses that a recipe computes.</summary>
/// <param name="Losses">Running means of the loss after every step, both phases.</param>
public sealed record CodeProof(IReadOnlyList<double> Losses)
{
    /// <summary>Losses this close are equal, relative: processors with other vector instructions round differently.</summary>
    public const double Tolerance = 2e-3;

    private const int FormatVersion = 1;
    private const int Images = 64, BatchSize = 16, Epochs = 2;

    // Small, so that rounding has no time to grow while what is computed shows at once.
    private const double LearningRate = 0.01;

    private const long LongestFile = 1 << 16;

    /// <summary>Takes the losses; some two seconds for {20,4,8} at 32x32.</summary>
    public static CodeProof Of(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Wiring is not null)
        {
            // Wirings are given seed by seed, and the seeds of a row share their proof: any wiring will do.
            return Of(recipe with { Connectivity = ConnectivityKind.Random, FanIn = recipe.Rule.FanIn, Wiring = null });
        }
        TorchRuntime.EnsureLoaded();
        var seeds = new Seeds(0);
        var images = SyntheticShapes.Create(new ShapesOptions { TrainCount = Images, TestCount = 8, ImageSize = recipe.Data.ImageSize ?? 32 }, seeds).Train;
        var blueprint = NetworkBlueprint.Create(NetworkSize.Parse(recipe.Network), images.Shape, images.ClassNames.Count);
        using var network = NetworkFactory.Create(
            blueprint, recipe.Rule, seeds, new Model.NetworkOptions { LastNormAffine = recipe.LastNormAffine });
        var losses = new List<double>();
        var options = recipe.Training with
        {
            Epochs = Epochs,
            BatchSize = BatchSize,
            LearningRate = LearningRate,
            WarmUpSteps = 0,
            OnDivergence = DivergencePolicy.Stop,
        };
        var data = TrainingData.Of(images, Augmentation.DefaultFor(DatasetKind.Cifar10, images.Shape.Height));
        Trainer.Run(new TrainingJob(network, data, recipe.Rule, options, seeds)
        {
            OnStep = step => losses.Add(step.Loss),
        });
        return new CodeProof(losses);
    }

    /// <summary>Whether two proofs are of the same computation.</summary>
    public bool Agrees(CodeProof other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Losses.Count == other.Losses.Count
            && Losses.Zip(other.Losses).All(pair => Math.Abs(pair.First - pair.Second) <= Tolerance * Math.Abs(pair.First));
    }

    /// <summary>Writes the proof as JSON.</summary>
    public void Write(string path) =>
        AtomicFile.WriteAllText(path, JsonSerializer.Serialize(new { formatVersion = FormatVersion, losses = Losses }) + "\n");

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="DataException">The file is missing or damaged.</exception>
    public static CodeProof Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(UntrustedText.ReadAll(path, LongestFile));
            var root = document.RootElement;
            return root.GetProperty("formatVersion").GetInt32() == FormatVersion
                ? new CodeProof([.. root.GetProperty("losses").EnumerateArray().Select(loss => loss.GetDouble())])
                : throw new DataException(
                    $"{path}: formatVersion is {root.GetProperty("formatVersion")}, expected {FormatVersion}; "
                    + "it was written by another version of this tool");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new DataException($"{path}: no proof of a result, expected {{\"formatVersion\": {FormatVersion}, \"losses\": [numbers]}}", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: cannot be read: {failure.Message}", failure);
        }
    }
}

// The network that a run begins with: fresh from the seed, or with the weights of a trained one. A run that has a
// checkpoint goes on from there and needs no source.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;
using static TorchSharp.torch;

namespace GateConnect.Experiments;

/// <summary>Makes the networks of runs.</summary>
internal static class StartingNetwork
{
    /// <summary>No more training images are looked at to measure the branches' statistics, and no more batches.</summary>
    private const int MostImages = 512, MostBatches = 20;

    /// <summary>The network that a request asks for; the caller disposes it.</summary>
    /// <param name="request">Names recipe, folder and source.</param>
    /// <param name="blueprint">The network's plan.</param>
    /// <param name="data">What branches are measured on where they need it.</param>
    /// <param name="events">Hears what was taken over.</param>
    /// <param name="cancel">Ends the measuring.</param>
    /// <exception cref="ConfigurationException">The source is not named, is another one, or does not fit the run.</exception>
    /// <exception cref="ModelFileException">The source is missing or damaged.</exception>
    internal static nn.Module<Tensor, Tensor> Create(
        RunRequest request, NetworkBlueprint blueprint, TrainingData data, RunEvents events, CancellationToken cancel)
    {
        var recipe = request.Recipe;
        var source = HasCheckpoint(request.Folder) ? null : Source(request, blueprint);
        var options = new NetworkOptions { LastNormAffine = recipe.LastNormAffine, Activations = request.Activations ?? ActivationPolicy.Keep };
        var network = NetworkFactory.Create(blueprint, recipe.Rule, new Seeds(recipe.Seed), options);
        try
        {
            if (source is not null)
            {
                using var model = ModelFile.Load(source.Path, NetworkOptions.Default);
                WeightTransfer.Copy(model.Network, network, Batches(data, recipe, network, cancel));
                Tell(source, blueprint, recipe, events);
            }
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static TrainedSource? Source(RunRequest request, NetworkBlueprint blueprint)
    {
        var from = request.Recipe.From;
        if (from.Sha256 is null)
        {
            return request.From is null
                ? null
                : throw new ConfigurationException(
                    $"from.sha256: missing, but the request starts from {request.From}; make the recipe with TrainedSource.Into");
        }
        var source = TrainedSource.Open(request.From
            ?? throw new ConfigurationException(
                $"from: the run starts from the weights of {from.Name ?? "a network"} (SHA-256 {from.Sha256}), "
                + "which are not in its folder; name them: --from RUN or --from FILE"));
        source.Require(request.Recipe, blueprint);
        return source;
    }

    private static bool HasCheckpoint(string folder) =>
        RunFolder.HoldsRun(folder) && !new CheckpointStore(new CheckpointOptions(RunFolder.Open(folder).CheckpointPath)).IsEmpty;

    // Images as the first epoch will bring them.
    private static IEnumerable<Tensor> Batches(
        TrainingData data, Recipe recipe, nn.Module<Tensor, Tensor> network, CancellationToken cancel)
    {
        var size = EvaluationBatch.Size(network, Math.Min(recipe.Training.BatchSize, MostImages));
        var loader = BatchLoader.ForTraining(data.Train, data.Normalization, data.Augmentation, new BatchOptions(size, new Seeds(recipe.Seed), CPU));
        foreach (var batch in loader.Epoch(0).Take(Math.Min(MostBatches, MostImages / size)))
        {
            cancel.ThrowIfCancellationRequested();
            yield return batch.Images;
        }
    }

    private static void Tell(TrainedSource source, NetworkBlueprint blueprint, Recipe recipe, RunEvents events)
    {
        var classes = source.Header.Blueprint.Classes;
        var head = classes == blueprint.Classes
            ? "head included"
            : $"but for the head, which starts fresh (it tells {classes} classes apart, these images have {blueprint.Classes})";
        var pixels = recipe.Data.Normalization == source.Header.Normalization.ToString() ? "its normalisation" : "another normalisation than its own";
        var statistics = recipe.LastNormAffine == LastNormAffine.PerBranch ? "; statistics of the branches measured on training images" : "";
        events.Note?.Invoke($"starts from {source.Name} (SHA-256 {source.Sha256[..12]}), {head}; {pixels}{statistics}");
    }
}

// One run from its recipe to its report: data, network, training, pruning, proof, files. `train` and the experiments
// go through here, so that a cell of a table is exactly the run a user would make.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;

namespace GateConnect.Experiments;

/// <summary>Carries out runs.</summary>
public static class RunExecutor
{
    /// <summary>A whole run, started or gone on with.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="events">Who hears of it.</param>
    /// <param name="cancel">Ends it after the present batch, with a checkpoint.</param>
    /// <returns>What was found, or null where it was ended before.</returns>
    public static RunOutcome? Run(RunRequest request, RunEvents events, CancellationToken cancel)
    {
        using var run = Prepare(request, events, cancel);
        return run.Train(events, cancel) ? run.Finish(events, cancel) : null;
    }

    /// <summary>Checks the recipe, claims the folder, reads the images, writes run.json and builds the network.</summary>
    /// <returns>The run; the caller disposes it.</returns>
    /// <exception cref="ConfigurationException">
    /// The recipe has mistakes, differs from the folder's, needs too much memory, or cannot start from the network it names.
    /// </exception>
    /// <exception cref="DataException">Data are missing or damaged.</exception>
    /// <exception cref="ModelFileException">The network that the run starts from is missing or damaged.</exception>
    /// <exception cref="RunInUseException">Another process writes to the folder.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while data were fetched or read.</exception>
    public static PreparedRun Prepare(RunRequest request, RunEvents events, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(events);
        RecipeRules.Require(request.Recipe);
        TorchRuntime.EnsureLoaded();
        TorchRuntime.SetThreads(request.Recipe.Threads ?? Environment.ProcessorCount);
        var place = RunPlace.Claim(request);
        try
        {
            var data = RunData.Read(request, events, cancel);
            var train = data.Training.Train;
            var blueprint = NetworkBlueprint.Create(NetworkSize.Parse(request.Recipe.Network), train.Shape, train.ClassNames.Count);
            var training = request.Recipe.Training;
            var images = Math.Min(training.BatchSize, train.Count);
            var step = new StepSize(images, Math.Min(training.Accumulate, images));
            var activations = MemoryForecast.Choose(
                blueprint, request.Recipe.Rule.Form, data.Bytes, step, request.Activations, MemoryForecast.AvailableBytes());
            if (activations == ActivationPolicy.Recompute)
            {
                TorchRuntime.ReturnLargeBlocks();
                events.Note?.Invoke("module outputs are made again in backward, to save memory; results are the same bit for bit");
            }
            return Begin(request with { Activations = activations }, new RunStart(data, blueprint, place), events, cancel);
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    private static PreparedRun Begin(RunRequest request, RunStart start, RunEvents events, CancellationToken cancel)
    {
        var network = StartingNetwork.Create(request, start.Blueprint, start.Data.Training, events, cancel);
        try
        {
            start.Place.Begin(start.Data);
            return new PreparedRun(request, start, network);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}

// A run with everything in place: images read, network built, folder claimed. Three steps are left, in this order:
// Train, Finish, Dispose. RunExecutor prepares.
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;
using static TorchSharp.torch;

namespace GateConnect.Experiments;

/// <summary>A run that can be trained. Owns its network and the lock of its folder.</summary>
public sealed class PreparedRun : IDisposable
{
    private readonly RunRequest request;
    private readonly RunPlace place;
    private readonly RunLogs logs;
    private readonly nn.Module<Tensor, Tensor> network;
    private TrainingOutcome? trained;

    internal PreparedRun(RunRequest request, RunStart start, nn.Module<Tensor, Tensor> network)
    {
        (this.request, this.network) = (request, network);
        (Data, Blueprint, place) = (start.Data, start.Blueprint, start.Place);
        logs = new RunLogs(place.Folder, Blueprint, request.Recipe.Rule);
    }

    /// <summary>The run's folder.</summary>
    public RunFolder Folder => place.Folder;

    /// <summary>What stands in run.json.</summary>
    public RunRecord Record => place.Record!;

    /// <summary>The images.</summary>
    public RunData Data { get; }

    /// <summary>The network before pruning.</summary>
    public NetworkBlueprint Blueprint { get; }

    /// <summary>Trains to the end, from the checkpoint where there is one.</summary>
    /// <param name="events">Who hears of it.</param>
    /// <param name="cancel">Ends the run after the present batch, with a checkpoint.</param>
    /// <returns>Whether training came to its end.</returns>
    /// <exception cref="DivergedException">A loss or gradient is not finite; the last checkpoint is kept.</exception>
    public bool Train(RunEvents events, CancellationToken cancel)
    {
        var writes = Writes(events, cancel);
        var job = new TrainingJob(network, Data.Training, request.Recipe.Rule, request.Recipe.Training, new Seeds(request.Recipe.Seed))
        {
            OnStart = (reports, gates) => writes.Write(() => logs.Start(reports, gates)),
            OnStep = step =>
            {
                logs.Step(step);
                events.Step?.Invoke(step);
            },
            OnSearch = events.Search,
            OnEpoch = epoch =>
            {
                var timing = logs.Epoch(epoch);
                writes.Write(() => logs.Write(timing));
                events.Epoch?.Invoke(epoch, timing);
            },
            OnGates = gates =>
            {
                logs.Gates(gates);
                writes.Write(logs.WriteDiary);
            },
            Checkpoints = new CheckpointOptions(Folder.CheckpointPath)
            {
                Interval = request.CheckpointEvery,
                Keep = request.KeepCheckpoints,
                Writes = writes,
                AllowedChanges = request.AllowedChanges,
                Note = events.Note,
                First = request.Recipe.From.Sha256 is null ? FirstCheckpoint.ByInterval : FirstCheckpoint.BeforeFirstStep,
            },
        };
        if (File.Exists(Folder.MetricsPath) && !Directory.Exists(Folder.CheckpointPath))
        {
            events.Note?.Invoke($"{Folder.CheckpointPath}: no checkpoint yet, so the run begins again; its numbers will be the same");
        }
        trained = Trainer.Run(job, cancel);
        if (!trained.Completed)
        {
            writes.Write(() => place.Mark(RunStatus.Interrupted, results: null));
            return false;
        }
        writes.Write(() => logs.Finish(trained.Connectivity));
        return true;
    }

    /// <summary>Prunes, proves equality, measures on the test images once, saves, and draws.</summary>
    /// <param name="events">Receives notes.</param>
    /// <param name="cancel">Ends it; a resumed run finishes without training again.</param>
    /// <exception cref="VerificationException">The pruned network computes something else; nothing is saved under the final name.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the run is marked so.</exception>
    public RunOutcome Finish(RunEvents events, CancellationToken cancel)
    {
        if (trained is not { Completed: true })
        {
            throw new InvalidOperationException("the run has not been trained to its end");
        }
        var writes = Writes(events, cancel);
        try
        {
            network.eval();
            var outcome = network is BranchNetwork branches ? Prune(branches, events, writes, cancel) : Measure(writes, cancel);
            var live = outcome.Plan is { } plan ? plan.Pruned.Modules.Select(module => module.Blocks).ToArray() : null;
            var results = new RunResults(TestResult.Of(outcome.Pruned), outcome.Before, outcome.After, live);
            writes.Write(() => EvaluationRecord.Of(outcome.Pruned).Write(Folder.EvaluationPath));
            writes.Write(() => RunPages.Write(
                Folder,
                Record with { Status = RunStatus.Complete, Results = results },
                new PageInputs([.. RunGroups.Beside(Folder)]) { TestImages = Data.Test }));
            writes.Write(() => place.Mark(RunStatus.Complete, results)); // last: whatever is complete lacks nothing
            return outcome;
        }
        catch (OperationCanceledException)
        {
            writes.Write(() => place.Mark(RunStatus.Interrupted, results: null));
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        network.Dispose();
        place.Dispose();
    }

    private WritePolicy Writes(RunEvents events, CancellationToken cancel) => new()
    {
        OnFullVolume = request.OnFullVolume,
        Note = events.Note,
        Cancel = cancel,
        Before = () => place.Keep(logs.WriteAll, events.Note),
    };

    private RunOutcome Prune(BranchNetwork masked, RunEvents events, WritePolicy writes, CancellationToken cancel)
    {
        var wiring = trained!.Connectivity
            ?? throw new InvalidOperationException("a network of branches was trained without a wiring");
        masked.Gates.Fix(wiring);
        var plan = PrunePlan.From(Blueprint, wiring, request.Recipe.LastNormAffine);
        writes.Write(() => ModelFile.Save(Folder.UnprunedModelPath, masked, Header(Blueprint, wiring)));
        using var pruned = Pruner.Apply(plan, masked);
        var check = PruneVerifier.Check(masked, pruned, ProofBatches.Of(Data.Training.Train, Data.Training.Normalization, masked));
        events.Note?.Invoke(string.Create(
            CultureInfo.InvariantCulture,
            $"pruned and masked network agree on {check.Images} images: logits differ by {check.MaxAbsoluteDifference:0.0e+0} at most"));
        var full = Evaluate(masked, cancel);
        var small = plan.IsEmpty ? full : Evaluate(pruned, cancel);
        writes.Write(() => ModelFile.Save(Folder.ModelPath, pruned, Header(plan.Pruned, plan.PrunedConnectivity)));
        return new RunOutcome(full, small, wiring, plan, plan.Before, plan.After);
    }

    private RunOutcome Measure(WritePolicy writes, CancellationToken cancel)
    {
        var evaluation = Evaluate(network, cancel);
        var cost = CostModel.Of(Blueprint, request.Recipe.Rule.Form);
        writes.Write(() => ModelFile.Save(Folder.UnprunedModelPath, network, Header(Blueprint, wiring: null)));
        writes.Write(() => ModelFile.Save(Folder.ModelPath, network, Header(Blueprint, wiring: null)));
        return new RunOutcome(evaluation, evaluation, Wiring: null, Plan: null, cost, cost);
    }

    private Evaluation Evaluate(nn.Module<Tensor, Tensor> form, CancellationToken cancel) =>
        Evaluator.Run(form, Data.Test, Data.Training.Normalization, cancel);

    private ModelHeader Header(NetworkBlueprint blueprint, Connectivity? wiring) => new(
        request.Recipe.Rule.Form, blueprint, request.Recipe.Rule.FanInOf(Blueprint.Size.Cardinality), request.Recipe.LastNormAffine, wiring,
        Data.Training.Normalization, Data.Test.ClassNames, request.Recipe.Data.Dataset);
}

/// <summary>What a run has before it has a network.</summary>
/// <param name="Data">The images.</param>
/// <param name="Blueprint">The network before pruning.</param>
/// <param name="Place">The claimed folder.</param>
internal sealed record RunStart(RunData Data, NetworkBlueprint Blueprint, RunPlace Place);

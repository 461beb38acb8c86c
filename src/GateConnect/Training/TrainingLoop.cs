// The loop, the same for both phases and every baseline. Its order is fixed: gates, forward, loss, backward, finite
// check, weights, gates, meter. What varies is an object: with an estimator the gates are learned, without they are not.
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Training.Rivals;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>Steps through a training from where its state stands.</summary>
internal sealed class TrainingLoop
{
    private readonly TrainingJob job;
    private readonly TrainingState state;
    private readonly Checkpointing? checkpoints;
    private readonly BatchLoader loader;
    private readonly SharedWeights? weights;
    private readonly BatchLoader gateLoader;
    private readonly long totalSteps;
    private readonly long gateSteps;
    private readonly LearningRateSchedule schedule;
    private readonly float[]? classWeights;
    private long imagesSeen;

    internal TrainingLoop(TrainingJob job, TrainingState state, Checkpointing? checkpoints)
    {
        (this.job, this.state, this.checkpoints) = (job, state, checkpoints);
        loader = Loader(job.Data.Train);
        weights = state.Estimator is ChosenEstimator ? new SharedWeights(job) : null;
        gateLoader = weights is null ? loader : Loader(weights.LearnedFrom);
        totalSteps = (long)job.Options.Epochs * loader.BatchesPerEpoch;
        gateSteps = state.Estimator is null ? 0 : Math.Clamp((long)Math.Round(totalSteps * job.Options.Gates.PhaseShare), 1, totalSteps);
        schedule = new LearningRateSchedule(job.Options, gateSteps, totalSteps);
        classWeights = job.Options.ClassWeighting == ClassWeighting.InverseFrequency
            ? ClassBalance.Of(job.Data.Train).ClassWeights()
            : null;
    }

    /// <summary>The wiring that evaluation and pruning use; null for ResNeXt.</summary>
    internal Connectivity? Wiring => job.Network is not BranchNetwork branches
        ? null
        : state.Estimator?.TopK() ?? job.Rule.InitialWiring(branches.Blueprint, job.Seeds);

    private BranchNetwork? Branches => job.Network as BranchNetwork;

    /// <summary>Runs to the end.</summary>
    /// <returns>False where it was cancelled, with a checkpoint written.</returns>
    internal bool Run(CancellationToken cancel)
    {
        job.Network.train();
        EnterPhase();
        while (state.Step < totalSteps)
        {
            try
            {
                if (!RunEpoch(cancel))
                {
                    checkpoints?.Save();
                    return false;
                }
            }
            catch (DivergedException failure) when (job.Options.OnDivergence == DivergencePolicy.Rollback && state.Rollbacks < TrainingOptions.MostRollbacks)
            {
                checkpoints!.RollBack(failure.Message);
                EnterPhase();
            }
        }
        if (state.Step == gateSteps && !ChooseWiring(cancel))
        {
            checkpoints?.Save();
            return false;
        }
        if (Wiring is { } wiring)
        {
            Branches!.Gates.Fix(wiring);
        }
        return true;
    }

    // The rest of the present epoch, to its report and checkpoint; false where it was cancelled.
    private bool RunEpoch(CancellationToken cancel)
    {
        var (epoch, first) = ((int)(state.Step / loader.BatchesPerEpoch), (int)(state.Step % loader.BatchesPerEpoch));
        foreach (var batch in Batches(epoch, first))
        {
            if (cancel.IsCancellationRequested || (state.Step == gateSteps && !ChooseWiring(cancel)))
            {
                return false;
            }
            Step(batch);
            if (state.Step % loader.BatchesPerEpoch != 0)
            {
                checkpoints?.AfterStep();
            }
        }
        EndEpoch(epoch);
        checkpoints?.AfterEpoch(isLast: state.Step == totalSteps);
        return true;
    }

    private BatchLoader Loader(ImageDataset images) => BatchLoader.ForTraining(
        images, job.Data.Normalization, job.Data.Augmentation, new BatchOptions(job.Options.BatchSize, job.Seeds, Evaluator.DeviceOf(job.Network)));

    // The rest of an epoch, across the end of phase 1 where that lies within it.
    private IEnumerable<Batch> Batches(int epoch, int first)
    {
        var gates = (int)Math.Clamp(gateSteps - state.Step, 0, loader.BatchesPerEpoch - first);
        return gateLoader.Epoch(epoch, first).Take(gates).Concat(loader.Epoch(epoch, first + gates));
    }

    // Before the first step of phase 2, after the last report of phase 1: a training that ends here begins here again. False
    // where it was cancelled.
    private bool ChooseWiring(CancellationToken cancel)
    {
        if (state.Estimator is not ChosenEstimator rule)
        {
            return true;
        }
        try
        {
            weights!.Choose(rule, cancel);
            EnterPhase();
            return true;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    private void EnterPhase()
    {
        if (state.Step < gateSteps)
        {
            if (state.Estimator!.ReadsGradients)
            {
                Branches!.Gates.Learn();
            }
        }
        else if (Wiring is { } wiring)
        {
            Branches!.Gates.Fix(wiring);
        }
    }

    private void Step(Batch batch)
    {
        using var scope = NewDisposeScope();
        var learner = state.Step < gateSteps ? state.Estimator : null;
        var rate = schedule.At(state.Step) * state.RateShare;
        var moment = new GateMoment(state.Step, gateSteps == 0 ? 0 : (double)state.Step / gateSteps, rate);

        learner?.Prepare(moment, Branches!.Gates);
        state.Optimizer.ZeroGradients();
        Branches?.Gates.ZeroGradients();
        var (value, correct) = Gradients(batch);
        RequireFinite(value, learner);
        state.Optimizer.Step(rate);
        learner?.Update(moment with { Loss = value }, Branches!.Gates);
        state.Average?.Update();

        state.Meter = state.Meter.Add(value, correct, batch.Count);
        imagesSeen += batch.Count;
        state.Step++;
        job.OnStep?.Invoke(new StepReport(
            state.Step, totalSteps, batch.Epoch + 1, job.Options.Epochs, learner is null ? TrainingPhase.Weights : TrainingPhase.Gates,
            state.Meter.Loss, state.Meter.Top1Percent, imagesSeen));
        if (state.Step == gateSteps)
        {
            EnterPhase();
        }
    }

    // The mean loss and how many images were told right; gradients add up over the parts of the batch (training.accumulate).
    private (double Loss, long Correct) Gradients(Batch batch)
    {
        var (sum, correct) = (0.0, 0L);
        var parts = Math.Min(job.Options.Accumulate, batch.Count);
        for (var part = 0; part < parts; part++)
        {
            using var scope = NewDisposeScope();
            var (start, end) = ((long)batch.Count * part / parts, (long)batch.Count * (part + 1) / parts);
            var labels = batch.Labels.narrow(0, start, end - start);                             // [n]
            var logits = job.Network.call(batch.Images.narrow(0, start, end - start));           // [n, classes]
            var loss = Loss(logits, labels);
            var share = (double)(end - start) / batch.Count;
            using Scalar factor = share; // held while libtorch reads it (docs/memory.md)
            loss.mul(factor).backward();
            sum += share * loss.item<float>();
            correct += logits.argmax(1).eq(labels).sum().item<long>();
        }
        return (sum, correct);
    }

    private Tensor Loss(Tensor logits, Tensor labels)
    {
        var weights = classWeights is null ? null : tensor(classWeights, dtype: logits.dtype, device: logits.device);
        return nn.functional.cross_entropy(logits, labels, weights, label_smoothing: job.Options.LabelSmoothing);
    }

    private void RequireFinite(double loss, IGateEstimator? learner)
    {
        var gradient = state.Optimizer.SquaredGradient() + (learner is { ReadsGradients: true } ? Branches!.Gates.SquaredGradient() : 0);
        if (!double.IsFinite(loss) || !double.IsFinite(gradient))
        {
            var rate = job.Options.LearningRate * state.RateShare;
            throw new DivergedException(string.Create(
                CultureInfo.InvariantCulture,
                $"step {state.Step + 1}: loss {loss} with squared gradient {gradient} is not finite; lower training.learningRate (now {rate})"));
        }
    }

    private void EndEpoch(int epoch)
    {
        var learned = state.Estimator is not null;
        var held = job.Data.Held is { } images ? EvaluateHeld(images) : null;
        var topK = learned ? state.Estimator!.TopK() : null;
        var report = new EpochReport(
            epoch + 1,
            state.Step <= gateSteps ? TrainingPhase.Gates : TrainingPhase.Weights,
            state.Step,
            state.Meter.Loss,
            state.Meter.Top1Percent,
            held?.Loss,
            held?.Top1Percent,
            schedule.At(state.Step - 1) * state.RateShare,
            learned ? GateDiagnostics.Entropy(state.Estimator!.RealGates) : null,
            topK is not null && state.Snapshots.Count > 0 ? GateDiagnostics.Churn(state.Snapshots[^1].TopK, topK) : null,
            Wiring is { } wiring ? [.. wiring.LiveBlocks(Branches!.Blueprint).Select(module => module.Count(live => live))] : null);
        state.Meter = default;
        state.Reports.Add(report);
        if (topK is not null)
        {
            var copies = state.Estimator!.RealGates.Select(matrix => (float[,])matrix.Clone()).ToArray();
            state.Snapshots.Add(new GateSnapshot(epoch + 1, copies, topK));
            job.OnGates?.Invoke(state.Snapshots[^1]);
        }
        job.OnEpoch?.Invoke(report);
    }

    private Evaluation EvaluateHeld(ImageDataset images)
    {
        state.Average?.Swap();
        try
        {
            return Evaluator.Run(job.Network, images, job.Data.Normalization);
        }
        finally
        {
            state.Average?.Swap();
        }
    }
}

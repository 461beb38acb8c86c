// The training loop of the library, written with its public parts. It ends with the very weights that Trainer.Run ends with,
// which a test checks; what Trainer adds are checkpoints, reports, and what the options name beyond the plain recipe.
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Training;
using static TorchSharp.torch;

namespace GateConnect.Examples;

/// <summary>Learns gates and weights, then the weights alone.</summary>
public sealed class Loop : IDisposable
{
    private readonly BranchNetwork network;
    private readonly IGateEstimator rule;
    private readonly NesterovSgd weights;
    private readonly LearningRateSchedule schedule;

    private Loop(BranchNetwork network, IGateEstimator rule, LearningRateSchedule schedule) =>
        (this.network, this.rule, this.schedule, weights) = (network, rule, schedule, new NesterovSgd(network, schedule.Options));

    /// <summary>Trains a network in place, an epoch for every value that is asked for; after the last it is wired by what the rule learned.</summary>
    /// <returns>The mean loss of each epoch.</returns>
    public static IEnumerable<double> Run(BranchNetwork network, IGateEstimator rule, BatchLoader loader, TrainingOptions options)
    {
        var steps = (long)options.Epochs * loader.BatchesPerEpoch;
        var gateSteps = (long)Math.Round(steps * options.Gates.PhaseShare);
        using var loop = new Loop(network, rule, new LearningRateSchedule(options, gateSteps, steps));
        network.train();
        network.Gates.Learn();
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            var first = (long)epoch * loader.BatchesPerEpoch;
            yield return loader.Epoch(epoch).Average(batch => loop.Step(batch, first + batch.Index)); // the loader disposes each batch
        }
        network.Gates.Fix(rule.TopK());
    }

    private double Step(Batch batch, long step)
    {
        if (step == schedule.GateSteps)
        {
            network.Gates.Fix(rule.TopK());
        }
        using var scope = NewDisposeScope();                        // every temporary of this step ends here
        var learning = step < schedule.GateSteps;
        var moment = new GateMoment(step, (double)step / schedule.GateSteps, schedule.At(step));
        if (learning)
        {
            rule.Prepare(moment, network.Gates);                    // sets the gates of this batch
        }
        weights.ZeroGradients();
        network.Gates.ZeroGradients();
        var logits = network.call(batch.Images);                    // [N, classes]
        var loss = nn.functional.cross_entropy(logits, batch.Labels);
        loss.backward();
        var value = (double)loss.item<float>();                     // numbers leave the step, tensors do not
        if (!double.IsFinite(value + weights.SquaredGradient() + (learning ? network.Gates.SquaredGradient() : 0)))
        {
            throw new DivergedException($"step {step + 1}: loss or gradient is not finite; lower the learning rate");
        }
        weights.Step(moment.LearningRate);
        if (learning)
        {
            rule.Update(moment with { Loss = value }, network.Gates);
        }
        return value;
    }

    /// <inheritdoc/>
    public void Dispose() => weights.Dispose();
}

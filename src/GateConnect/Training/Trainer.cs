// A training from its first or its last step to its end: phase 1 learns gates and weights, phase 2 the weights under
// the top-K of the gates; rules that learn no gates have phase 2 only. One loop serves all (TrainingLoop).
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using GateConnect.Runtime;

namespace GateConnect.Training;

/// <summary>Carries out trainings.</summary>
public static class Trainer
{
    /// <summary>Trains to the end, or until cancelled; goes on from the checkpoint where there is one.</summary>
    /// <param name="job">What to train; its network ends wired by what was learned.</param>
    /// <param name="cancel">Ends it after the present batch.</param>
    /// <exception cref="ConfigurationException">Options have mistakes, the parts do not fit, or the checkpoint is of another recipe.</exception>
    /// <exception cref="DivergedException">A loss or gradient is not finite; the last checkpoint is kept.</exception>
    /// <exception cref="ModelFileException">The checkpoint is damaged.</exception>
    public static TrainingOutcome Run(TrainingJob job, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        JobRules.Require(job);
        using var state = new TrainingState(job);
        var signature = Signature(job);
        if (job.CheckpointFolder is { } folder && File.Exists(Checkpoint.PathIn(folder)))
        {
            Checkpoint.Read(folder, state, signature);
        }
        var loop = new TrainingLoop(job, state, save: () =>
        {
            if (job.CheckpointFolder is { } target)
            {
                Checkpoint.Write(target, state, signature);
            }
        });
        var completed = loop.Run(cancel);
        if (completed)
        {
            state.Average?.Swap();
        }
        return new TrainingOutcome(completed, state.Step, loop.Wiring, state.Estimator?.RealGates);
    }

    // Where a run stops and starts is no part of it; everything that its numbers depend on is.
    private static string Signature(TrainingJob job)
    {
        var (blueprint, options) = JobRules.PlanOf(job.Network);
        var parts = new[]
        {
            JsonSerializer.Serialize(job.Options), job.Rule.ToString(), $"{job.Seeds.Master}",
            $"{job.Data.Train.Count} {job.Data.Held?.Count}", JsonSerializer.Serialize(job.Data.Normalization),
            JsonSerializer.Serialize(job.Data.Augmentation), $"{blueprint.Size} {blueprint.Image} {blueprint.Classes}",
            $"{options.LastNormAffine} {options.Precision}",
        };
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));
    }
}

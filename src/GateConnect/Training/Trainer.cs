// A training from its first or its last step to its end: phase 1 learns gates and weights, phase 2 the weights under
// the top-K of the gates; rules that learn no gates have phase 2 only. One loop serves all (TrainingLoop).
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
    /// <exception cref="ModelFileException">No checkpoint is whole, or another version of this software wrote it.</exception>
    /// <exception cref="OutputException">A checkpoint cannot be written; the ones before it are whole.</exception>
    public static TrainingOutcome Run(TrainingJob job, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        JobRules.Require(job);
        using var state = new TrainingState(job);
        var checkpoints = job.Checkpoints is { } options ? new Checkpointing(options, job, state) : null;
        checkpoints?.Restore();
        job.OnStart?.Invoke([.. state.Reports], [.. state.Snapshots]);
        var loop = new TrainingLoop(job, state, checkpoints);
        var completed = loop.Run(cancel);
        if (completed)
        {
            state.Average?.Swap();
        }
        return new TrainingOutcome(completed, state.Step, loop.Wiring, state.Estimator?.RealGates);
    }
}

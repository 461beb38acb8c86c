// The learning rate as a pure function of (options, step): nothing to store, nothing to get out of step on resume.
namespace GateConnect.Training;

/// <summary>Warm-up, then cosine or steps, once or once per phase (PAPER section 5).</summary>
/// <param name="Options">Peak rate, shape, warm-up.</param>
/// <param name="GateSteps">Steps of phase 1; 0 where no gates are learned.</param>
/// <param name="TotalSteps">Steps of both phases.</param>
public readonly record struct LearningRateSchedule(TrainingOptions Options, long GateSteps, long TotalSteps)
{
    /// <summary>The rate of step <paramref name="step"/>, from 0 to TotalSteps - 1.</summary>
    public double At(long step)
    {
        var split = Options.Cycles == ScheduleCycles.PerPhase ? GateSteps : 0;
        var (place, length) = step < split ? (step, split) : (step - split, TotalSteps - split);
        var warmUp = Math.Min(Options.WarmUpSteps, TotalSteps / 2);
        var share = (double)place / length;
        var factor = Options.Schedule == ScheduleKind.Cosine
            ? 0.5 * (1 + Math.Cos(Math.PI * share))
            : share < 0.5 ? 1.0 : share < 0.75 ? 0.1 : 0.01;
        return Options.LearningRate * factor * (step < warmUp ? (step + 1.0) / warmUp : 1.0);
    }
}

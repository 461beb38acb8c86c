// How a network is trained (PAPER sections 2 and 5). Defaults in sight; every mistake is reported at once, by path.
using System.Text.Json.Serialization;

namespace GateConnect.Training;

/// <summary>How the learning rate falls over a cycle, after the warm-up.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScheduleKind>))]
public enum ScheduleKind
{
    /// <summary>Half a cosine from the full rate to zero.</summary>
    [JsonStringEnumMemberName("cosine")]
    Cosine,

    /// <summary>Divided by 10 at 50 % and at 75 % of the cycle (the CIFAR recipe).</summary>
    [JsonStringEnumMemberName("step")]
    Step,
}

/// <summary>Whether each phase has a schedule of its own.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScheduleCycles>))]
public enum ScheduleCycles
{
    /// <summary>One schedule over both phases.</summary>
    [JsonStringEnumMemberName("one")]
    One,

    /// <summary>The schedule starts anew with the second phase.</summary>
    [JsonStringEnumMemberName("per-phase")]
    PerPhase,
}

/// <summary>How classes of unequal size count in the loss.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClassWeighting>))]
public enum ClassWeighting
{
    /// <summary>Every image counts the same.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>Every class counts the same: weights are inverse frequencies with mean 1.</summary>
    [JsonStringEnumMemberName("inverse-frequency")]
    InverseFrequency,
}

/// <summary>What to do when a loss or a gradient is not finite.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DivergencePolicy>))]
public enum DivergencePolicy
{
    /// <summary>End; the last checkpoint is kept.</summary>
    [JsonStringEnumMemberName("stop")]
    Stop,

    /// <summary>Go back to the end of the epoch before, the next time one epoch further, and on with half the learning rates.</summary>
    [JsonStringEnumMemberName("rollback")]
    Rollback,
}

/// <summary>Everything that steers the training loop.</summary>
public sealed record TrainingOptions
{
    /// <summary>After so many rollbacks a training that diverges again ends.</summary>
    public const int MostRollbacks = 4;

    /// <summary>Epochs of both phases together, 1 to 100,000; default 10.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Images per step, 2 to 65,536; default 64.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// Parts that a step's images are worked through in, one after another under one draw of the gates, 1 (default) to half the
    /// batch size: the gradient is that of the mean loss, memory that of one part. Norms see a part at a time.
    /// </summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Peak learning rate of SGD, in (0, 10]; default 0.1.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Nesterov momentum, in [0, 1); default 0.9.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>L2 decay of the weights (never of gates), in [0, 1); default 5e-4.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>Shape of the schedule; default cosine.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>Whether phase 2 restarts the schedule; default one cycle.</summary>
    public ScheduleCycles Cycles { get; init; } = ScheduleCycles.One;

    /// <summary>Steps over which the rate rises linearly from nearly 0, at most half the run; default 100.</summary>
    public int WarmUpSteps { get; init; } = 100;

    /// <summary>Label smoothing, in [0, 1); default 0.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Decay of the moving average of the weights that is evaluated and saved, in (0, 1); null (default) for none.</summary>
    public double? EmaDecay { get; init; }

    /// <summary>How classes of unequal size count; default none.</summary>
    public ClassWeighting ClassWeighting { get; init; } = ClassWeighting.None;

    /// <summary>What to do when a loss or a gradient is not finite; default stop. Rollback needs checkpoints.</summary>
    public DivergencePolicy OnDivergence { get; init; } = DivergencePolicy.Stop;

    /// <summary>How gates are learned; read by the rule Learned only.</summary>
    public GateOptions Gates { get; init; } = new();

    /// <summary>Every mistake, each in one line that starts with its path; empty when all is well.</summary>
    public IEnumerable<string> Mistakes()
    {
        List<string> mistakes = [.. Gates.Mistakes()];
        Check(mistakes, "training.epochs", Epochs, Epochs is >= 1 and <= 100_000, "1 to 100000");
        Check(mistakes, "training.batchSize", BatchSize, BatchSize is >= 2 and <= 65_536, "2 to 65536");
        Check(
            mistakes, "training.accumulate", Accumulate, Accumulate == 1 || (Accumulate >= 2 && Accumulate <= BatchSize / 2),
            "1 to half of training.batchSize");
        Check(mistakes, "training.learningRate", LearningRate, LearningRate is > 0 and <= 10, "above 0 to 10");
        Check(mistakes, "training.momentum", Momentum, Momentum is >= 0 and < 1, "0 to below 1");
        Check(mistakes, "training.weightDecay", WeightDecay, WeightDecay is >= 0 and < 1, "0 to below 1");
        Check(mistakes, "training.warmUpSteps", WarmUpSteps, WarmUpSteps is >= 0 and <= 1_000_000, "0 to 1000000");
        Check(mistakes, "training.labelSmoothing", LabelSmoothing, LabelSmoothing is >= 0 and < 1, "0 to below 1");
        Check(mistakes, "training.emaDecay", EmaDecay ?? 0.5, EmaDecay is null or (> 0 and < 1), "above 0 to below 1");
        return mistakes;
    }

    internal static void Check(List<string> mistakes, string path, IFormattable value, bool valid, string range)
    {
        if (!valid)
        {
            mistakes.Add($"{path}: {value.ToString(null, System.Globalization.CultureInfo.InvariantCulture)} is outside {range}");
        }
    }
}

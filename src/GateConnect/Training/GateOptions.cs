// How gates are learned (PAPER section 2): the paper's rule of draws and straight-through steps, its improvements
// as options, and the relaxed rule, in which no batch ever sees a random wiring.
using System.Text.Json.Serialization;

namespace GateConnect.Training;

/// <summary>The rule by which gates are learned.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EstimatorKind>))]
public enum EstimatorKind
{
    /// <summary>K distinct branches drawn per block and batch; the gradient of the binary gates moves the real ones.</summary>
    [JsonStringEnumMemberName("paper")]
    Paper,

    /// <summary>Gates sigmoid((a - t)/T) that sum to K, T falling until they are binary.</summary>
    [JsonStringEnumMemberName("relaxed")]
    Relaxed,
}

/// <summary>What is subtracted from the gate gradient before the step.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateCentring>))]
public enum GateCentring
{
    /// <summary>Nothing: the paper's plain rule.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>The row's mean, which the constraint sum_k g = K makes meaningless.</summary>
    [JsonStringEnumMemberName("row")]
    Row,
}

/// <summary>What the gate gradient is divided by before the step.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateScaling>))]
public enum GateScaling
{
    /// <summary>Nothing: the step is the learning rate times a factor, as in the paper.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>The root mean square over the module: the step is <see cref="GateOptions.Step"/>.</summary>
    [JsonStringEnumMemberName("rms")]
    RootMeanSquare,
}

/// <summary>How draws change over phase 1.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DrawAnnealing>))]
public enum DrawAnnealing
{
    /// <summary>Always in proportion to the real gates: the paper's rule.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>A growing share of the blocks, linear over the phase, uses its top-K instead of a draw.</summary>
    [JsonStringEnumMemberName("linear")]
    Linear,
}

/// <summary>How the gate step changes over phase 1.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateStepSchedule>))]
public enum GateStepSchedule
{
    /// <summary>It stays.</summary>
    [JsonStringEnumMemberName("constant")]
    Constant,

    /// <summary>It falls linearly to 0, so that the wiring settles.</summary>
    [JsonStringEnumMemberName("linear")]
    Linear,
}

/// <summary>How gates are learned.</summary>
public sealed record GateOptions
{
    /// <summary>The rule; default relaxed (PAPER section 8).</summary>
    public EstimatorKind Estimator { get; init; } = EstimatorKind.Relaxed;

    /// <summary>Share of all steps that phase 1 takes, in (0, 1); default 0.5.</summary>
    public double PhaseShare { get; init; } = 0.5;

    /// <summary>Rule paper without scaling: the gate step is the learning rate times this; above 0, default 1.</summary>
    public double RateFactor { get; init; } = 1.0;

    /// <summary>With RMS scaling, and always under the rule relaxed: the step of a gate, in (0, 1]; default 0.03.</summary>
    public double Step { get; init; } = 0.03;

    /// <summary>Rule relaxed: how the step changes over phase 1; default constant.</summary>
    public GateStepSchedule StepSchedule { get; init; } = GateStepSchedule.Constant;

    /// <summary>Rule relaxed: decay of the moving average of gradients that takes the newest one's place, in [0, 1); default 0, no average.</summary>
    public double Averaging { get; init; }

    /// <summary>Rule paper: what is subtracted from the gradient; default nothing. The rule relaxed always centres rows.</summary>
    public GateCentring Centring { get; init; } = GateCentring.None;

    /// <summary>Rule paper: what the gradient is divided by; default nothing. The rule relaxed always divides by the RMS.</summary>
    public GateScaling Scaling { get; init; } = GateScaling.None;

    /// <summary>Rule paper: how draws change over the phase; default not.</summary>
    public DrawAnnealing Annealing { get; init; } = DrawAnnealing.None;

    /// <summary>Rule relaxed: T at the start of the phase; above 0, default 1.</summary>
    public double InitialTemperature { get; init; } = 1.0;

    /// <summary>Rule relaxed: T at the end of the phase, reached geometrically; above 0, at most the initial one; default 0.05.</summary>
    public double FinalTemperature { get; init; } = 0.05;

    /// <summary>Every mistake, each in one line that starts with its path.</summary>
    public IEnumerable<string> Mistakes()
    {
        List<string> mistakes = [];
        TrainingOptions.Check(mistakes, "training.gates.phaseShare", PhaseShare, PhaseShare is > 0 and < 1, "above 0 to below 1");
        TrainingOptions.Check(mistakes, "training.gates.rateFactor", RateFactor, RateFactor is > 0 and <= 1e6, "above 0 to 1000000");
        TrainingOptions.Check(mistakes, "training.gates.step", Step, Step is > 0 and <= 1, "above 0 to 1");
        TrainingOptions.Check(mistakes, "training.gates.averaging", Averaging, Averaging is >= 0 and < 1, "0 to below 1");
        TrainingOptions.Check(
            mistakes, "training.gates.initialTemperature", InitialTemperature, InitialTemperature is > 0 and <= 100, "above 0 to 100");
        TrainingOptions.Check(
            mistakes, "training.gates.finalTemperature", FinalTemperature,
            FinalTemperature > 0 && FinalTemperature <= InitialTemperature, "above 0 to the initial temperature");
        return mistakes;
    }
}

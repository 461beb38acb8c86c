// How gates are learned (PAPER section 2): the paper's rule of draws and straight-through steps, its improvements
// as options, the relaxed rule, in which no batch ever sees a random wiring, and the rivals that both are compared with.
using System.Text.Json.Serialization;

namespace GateConnect.Training;

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

    /// <summary>Rule gradual: share of the phase in which nothing closes yet, in [0, 1); default 0.2.</summary>
    public double ClosingStart { get; init; } = 0.2;

    /// <summary>
    /// Rule gradual: no gate closes without which some block could no longer be read by anyone, so that none dies; default false.
    /// </summary>
    public bool KeepBlocks { get; init; }

    /// <summary>Rules sigmoid, gumbel and hard-concrete: the step of a log-odds, above 0 to 10; default 1.</summary>
    public double DrawStep { get; init; } = 1.0;

    /// <summary>Rule reinforce: the step of a log-odds per standard deviation of the reward, above 0 to 10; default 0.03.</summary>
    public double PolicyStep { get; init; } = 0.03;

    /// <summary>Rule reinforce: decay of the moving average of rewards that is the baseline, in [0, 1); default 0.9.</summary>
    public double BaselineDecay { get; init; } = 0.9;

    /// <summary>
    /// Rules random-search and evolution: share of the training images set aside during phase 1, on which every candidate is
    /// measured at its end, above 0 to 0.5; default 0.05.
    /// </summary>
    public double SearchShare { get; init; } = 0.05;

    /// <summary>Rules random-search and evolution: wirings that are measured, 1 to 100,000; default 32.</summary>
    public int Candidates { get; init; } = 32;

    /// <summary>Rule evolution: candidates of a generation, 2 to 10,000; default 8.</summary>
    public int Population { get; init; } = 8;

    /// <summary>Rule evolution: chance that a block of a child exchanges one of its sources, 0 to 1; default 0.3.</summary>
    public double Mutation { get; init; } = 0.3;

    /// <summary>Rules relaxed and gumbel: T at the start of the phase; above 0, default 1.</summary>
    public double InitialTemperature { get; init; } = 1.0;

    /// <summary>Rules relaxed and gumbel: T at the end of the phase, reached geometrically; above 0, at most the initial one; default 0.05.</summary>
    public double FinalTemperature { get; init; } = 0.05;

    /// <summary>The same with every option that the rule does not read at its default: equal where the same is computed.</summary>
    internal GateOptions Effective
    {
        get
        {
            var read = new GateOptions { Estimator = Estimator, PhaseShare = PhaseShare };
            return Estimator switch
            {
                EstimatorKind.Paper => read with { RateFactor = RateFactor, Step = Step, Centring = Centring, Scaling = Scaling, Annealing = Annealing },
                EstimatorKind.Relaxed => read with
                {
                    Step = Step,
                    StepSchedule = StepSchedule,
                    Averaging = Averaging,
                    InitialTemperature = InitialTemperature,
                    FinalTemperature = FinalTemperature,
                },
                EstimatorKind.Gradual => read with { ClosingStart = ClosingStart, KeepBlocks = KeepBlocks },
                EstimatorKind.Sigmoid or EstimatorKind.HardConcrete => read with { DrawStep = DrawStep },
                EstimatorKind.Gumbel => read with { DrawStep = DrawStep, InitialTemperature = InitialTemperature, FinalTemperature = FinalTemperature },
                EstimatorKind.Reinforce => read with { PolicyStep = PolicyStep, BaselineDecay = BaselineDecay },
                EstimatorKind.RandomSearch => read with { SearchShare = SearchShare, Candidates = Candidates },
                EstimatorKind.Evolution => read with { SearchShare = SearchShare, Candidates = Candidates, Population = Population, Mutation = Mutation },
                _ => read,
            };
        }
    }

    /// <summary>
    /// Training images that the search at the end of phase 1 measures in all, forward only; 0 where the rule searches nothing.
    /// </summary>
    /// <param name="trainImages">Images of the training, those set aside included.</param>
    public long SearchPasses(int trainImages) => Searches ? (long)Candidates * SetAside(trainImages) : 0;

    /// <summary>Whether the rule measures candidates at the end of phase 1.</summary>
    internal bool Searches => Estimator is EstimatorKind.RandomSearch or EstimatorKind.Evolution;

    /// <summary>How many of the training images a search sets aside: at least one, and one is left.</summary>
    internal int SetAside(int trainImages) => Math.Max(1, Math.Min((int)Math.Round(SearchShare * trainImages), trainImages - 1));

    /// <summary>T, falling geometrically over the phase.</summary>
    internal double TemperatureAt(double progress) => InitialTemperature * Math.Pow(FinalTemperature / InitialTemperature, progress);

    /// <summary>Every mistake, each in one line that starts with its path.</summary>
    public IEnumerable<string> Mistakes()
    {
        List<string> mistakes = [];
        TrainingOptions.Check(mistakes, "training.gates.phaseShare", PhaseShare, PhaseShare is > 0 and < 1, "above 0 to below 1");
        TrainingOptions.Check(mistakes, "training.gates.rateFactor", RateFactor, RateFactor is > 0 and <= 1e6, "above 0 to 1000000");
        TrainingOptions.Check(mistakes, "training.gates.closingStart", ClosingStart, ClosingStart is >= 0 and < 1, "0 to below 1");
        TrainingOptions.Check(mistakes, "training.gates.step", Step, Step is > 0 and <= 1, "above 0 to 1");
        TrainingOptions.Check(mistakes, "training.gates.averaging", Averaging, Averaging is >= 0 and < 1, "0 to below 1");
        TrainingOptions.Check(mistakes, "training.gates.drawStep", DrawStep, DrawStep is > 0 and <= 10, "above 0 to 10");
        TrainingOptions.Check(mistakes, "training.gates.policyStep", PolicyStep, PolicyStep is > 0 and <= 10, "above 0 to 10");
        TrainingOptions.Check(mistakes, "training.gates.baselineDecay", BaselineDecay, BaselineDecay is >= 0 and < 1, "0 to below 1");
        TrainingOptions.Check(mistakes, "training.gates.searchShare", SearchShare, SearchShare is > 0 and <= 0.5, "above 0 to 0.5");
        TrainingOptions.Check(mistakes, "training.gates.candidates", Candidates, Candidates is >= 1 and <= 100_000, "1 to 100000");
        TrainingOptions.Check(mistakes, "training.gates.population", Population, Population is >= 2 and <= 10_000, "2 to 10000");
        TrainingOptions.Check(mistakes, "training.gates.mutation", Mutation, Mutation is >= 0 and <= 1, "0 to 1");
        TrainingOptions.Check(
            mistakes, "training.gates.initialTemperature", InitialTemperature, InitialTemperature is > 0 and <= 100, "above 0 to 100");
        TrainingOptions.Check(
            mistakes, "training.gates.finalTemperature", FinalTemperature,
            FinalTemperature > 0 && FinalTemperature <= InitialTemperature, "above 0 to the initial temperature");
        return mistakes;
    }
}

// What holds for every rule that learns gates, the paper's and ours among them: K a row, a state that says all, and a planted
// wiring that it finds.
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Training;
using static TorchSharp.torch;

namespace GateConnect.Tests.Training.Rivals;

[NoTensorLeak]
public sealed class RivalTests
{
    public static TheoryData<EstimatorKind> Kinds => [.. Enum.GetValues<EstimatorKind>()];

    [Theory]
    [InlineData(EstimatorKind.Paper, 200, 0.95)]
    [InlineData(EstimatorKind.Relaxed, 200, 0.95)]
    [InlineData(EstimatorKind.Gradual, 200, 1)]
    [InlineData(EstimatorKind.Sigmoid, 200, 0.95)]
    [InlineData(EstimatorKind.Gumbel, 200, 0.95)]
    [InlineData(EstimatorKind.HardConcrete, 200, 0.95)]
    [InlineData(EstimatorKind.Reinforce, 2000, 0.9)]
    [InlineData(EstimatorKind.RandomSearch, 1, 0.7)]
    [InlineData(EstimatorKind.Evolution, 1, 0.9)]
    [InlineData(EstimatorKind.MagnitudeConnections, 1, 1)]
    [InlineData(EstimatorKind.MagnitudeBlocks, 1, 1)]
    public void Every_rule_finds_what_was_planted_where_chance_finds_half(EstimatorKind kind, int steps, double atLeast)
    {
        using var planted = new PlantedWirings();
        var wiring = planted.Learn(Rule(kind), steps);
        Assert.All(wiring.Modules, module => Assert.All(module.Reads, row => Assert.Equal(PlantedWirings.FanIn, row.Distinct().Count())));
        Assert.InRange(planted.Found(wiring), atLeast, 1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_state_is_all_that_a_rule_remembers(EstimatorKind kind)
    {
        using var planted = new PlantedWirings();
        var (rule, fresh) = (Rule(kind), Rule(kind));
        planted.Learn(rule, 7);
        foreach (var (matrix, copy) in rule.State.Zip(fresh.State))
        {
            Array.Copy(matrix, copy, matrix.Length);
        }
        for (var step = 7; step < 12; step++)
        {
            planted.Step(rule, new GateMoment(step, 0.5, LearningRate: 0.1));
            planted.Step(fresh, new GateMoment(step, 0.5, LearningRate: 0.1));
        }
        Assert.Equal(TinyRuns.Text(rule.State), TinyRuns.Text(fresh.State));
        Assert.Equal(TinyRuns.Text(rule.RealGates), TinyRuns.Text(fresh.RealGates));
        Assert.Equal(rule.TopK(), fresh.TopK());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gates_of_a_batch_sum_to_K_and_real_gates_lie_between_0_and_1(EstimatorKind kind)
    {
        using var scope = NewDisposeScope();
        using var gates = new ConnectionGates(PlantedWirings.Blueprint, ScalarType.Float32, CPU);
        var rule = Rule(kind);
        for (var step = 0; step < 50; step++)
        {
            rule.Prepare(new GateMoment(step, 0.02 * step, LearningRate: 0.1), gates);
            for (var module = 1; module <= gates.Count; module++)
            {
                Assert.All(gates.Of(module).sum([1L]).data<float>().ToArray(), sum => Assert.Equal(PlantedWirings.FanIn, sum, 1e-5));
            }
        }
        Assert.All(rule.RealGates.SelectMany(matrix => matrix.Cast<float>()), gate => Assert.InRange(gate, 0f, 1f));
    }

    [Fact]
    public void Before_the_choice_the_wiring_is_a_random_one_by_the_seed() => Assert.All(
        (EstimatorKind[])[EstimatorKind.RandomSearch, EstimatorKind.MagnitudeBlocks],
        kind =>
        {
            Assert.Equal(Rule(kind).TopK(), Rule(kind).TopK());
            Assert.NotEqual(Rule(kind).TopK(), GateEstimators.Create(PlantedWirings.Task(Options(kind)) with { Seeds = new Seeds(2) }).TopK());
        });

    private static GateOptions Options(EstimatorKind kind) => new() { Estimator = kind, Candidates = 256, Population = 16, PolicyStep = 0.05 };

    private static IGateEstimator Rule(EstimatorKind kind) => GateEstimators.Create(PlantedWirings.Task(Options(kind)));
}

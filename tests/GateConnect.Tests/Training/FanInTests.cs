// Law 7: every fan-in from 1 to C trains, so does a network of one branch per module; and all rules start from the
// same weights.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Tests.Model;
using GateConnect.Training;
using static TorchSharp.torch;

namespace GateConnect.Tests.Training;

public sealed class FanInTests
{
    private static readonly TrainingOptions OneEpoch = TinyRuns.Options with { Epochs = 1 };

    public static TheoryData<EstimatorKind> Kinds => [.. Enum.GetValues<EstimatorKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_fan_in_from_one_to_the_cardinality_trains_and_is_pruned_to_the_same(EstimatorKind kind)
    {
        for (var fanIn = 1; fanIn <= 4; fanIn++)
        {
            var options = OneEpoch with { Gates = new GateOptions { Estimator = kind } };
            var (outcome, trained) = new TinyRuns().Run(ConnectivityRule.Learned(fanIn), options);
            using var network = (BranchNetwork)trained;
            AssertPrunes(network, outcome, fanIn);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_branch_per_module_trains(EstimatorKind kind)
    {
        var blueprint = NetworkBlueprint.Create(new NetworkSize(11, 2, 1), TinyRuns.Blueprint.Image, TinyRuns.Blueprint.Classes);
        var rule = ConnectivityRule.Learned(1);
        using var network = (BranchNetwork)NetworkFactory.Create(blueprint, rule, TinyRuns.Seeds, NetworkOptions.Default);
        var options = OneEpoch with { Gates = new GateOptions { Estimator = kind } };
        var outcome = Trainer.Run(TinyRuns.Job(network, rule, options), CancellationToken.None);
        Assert.Equal(Connectivity.Full(blueprint), outcome.Connectivity);
        AssertPrunes(network, outcome, fanIn: 1);
    }

    [Theory]
    [InlineData(ConnectivityKind.FullBranches)]
    [InlineData(ConnectivityKind.Random)]
    [InlineData(ConnectivityKind.Learned)]
    public void Every_rule_starts_from_the_weights_of_ResNeXt_but_for_the_scale_of_the_last_norms(ConnectivityKind kind)
    {
        var rule = new ConnectivityRule(kind, kind == ConnectivityKind.FullBranches ? null : 2);
        using var published = TinyRuns.Network(ConnectivityRule.Full);
        using var branches = TinyRuns.Network(rule);
        var weights = published.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        foreach (var (name, weight) in branches.named_parameters())
        {
            using var scope = NewDisposeScope();
            var factor = name.EndsWith("expandNorm.weight", StringComparison.Ordinal) ? 1 / Math.Sqrt(rule.FanInOf(4)) : 1.0;
            var expected = weights[name].detach().flatten().data<float>().ToArray().Select(value => (float)(factor * value));
            Assert.Equal(expected, weight.detach().flatten().data<float>().ToArray());
        }
    }

    private static void AssertPrunes(BranchNetwork network, TrainingOutcome outcome, int fanIn)
    {
        Assert.True(outcome.Completed);
        Assert.All(outcome.Connectivity!.Modules, module => Assert.Equal(fanIn, module.FanIn));
        using var images = RandomNetworks.Images(network.Blueprint, 4, 1);
        using var pruned = Pruner.Apply(PrunePlan.From(network.Blueprint, outcome.Connectivity), network);
        Assert.True(PruneVerifier.Check(network, pruned, [images]).LogitScale > 0);
    }
}

// The end of phase 1: what is set aside, what a candidate's loss is, that choosing leaves the network as it was, and what
// magnitudes say of weights set by hand.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Training;
using GateConnect.Training.Rivals;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Tests.Training.Rivals;

[NoTensorLeak]
public sealed class SharedWeightsTests
{
    private static readonly ConnectivityRule Rule = ConnectivityRule.Learned(2);

    private static readonly TrainingOptions Searching = TinyRuns.Options with
    {
        Gates = new GateOptions { Estimator = EstimatorKind.Evolution, SearchShare = 0.25, Candidates = 12, Population = 4 },
    };

    [Fact]
    public void Phase_1_sees_as_many_images_in_the_same_places_but_none_that_was_set_aside()
    {
        using var network = TinyRuns.Network(Rule);
        var (all, learned) = (TinyRuns.Data.Train, new SharedWeights(TinyRuns.Job(network, Rule, Searching)).LearnedFrom);
        Assert.Equal(all.Count, learned.Count);
        var aside = Enumerable.Range(0, all.Count).Where(index => !learned.Pixels(index).SequenceEqual(all.Pixels(index))).ToArray();
        Assert.Equal(16, aside.Length);
        Assert.All(aside, index => Assert.DoesNotContain(Enumerable.Range(0, all.Count), place => learned.Pixels(place).SequenceEqual(all.Pixels(index))));
        Assert.Equal(12 * 16, Searching.Gates.SearchPasses(all.Count));
    }

    [Theory]
    [InlineData(EstimatorKind.Relaxed)]
    [InlineData(EstimatorKind.MagnitudeBlocks)]
    public void Rules_that_search_nothing_see_all_images_and_cost_nothing(EstimatorKind kind)
    {
        var options = TinyRuns.Options with { Gates = Searching.Gates with { Estimator = kind } };
        using var network = TinyRuns.Network(Rule);
        Assert.Same(TinyRuns.Data.Train, new SharedWeights(TinyRuns.Job(network, Rule, options)).LearnedFrom);
        Assert.Equal(0, options.Gates.SearchPasses(64));
    }

    [Fact]
    public void A_choice_is_the_same_again_and_leaves_weights_and_statistics_as_they_were()
    {
        using var network = TinyRuns.Network(Rule);
        var (weights, before) = (new SharedWeights(TinyRuns.Job(network, Rule, Searching)), TinyRuns.Bits(network));
        var (first, second) = (Chooser(), Chooser());
        weights.Choose(first, CancellationToken.None);
        Assert.Equal(before, TinyRuns.Bits(network));
        weights.Choose(second, CancellationToken.None);
        Assert.Equal(first.TopK(), second.TopK());
        Assert.NotEqual(Chooser().TopK(), first.TopK());
    }

    [Fact]
    public void A_search_tells_of_every_wiring_that_it_measures()
    {
        using var network = TinyRuns.Network(Rule);
        var heard = new List<SearchReport>();
        new SharedWeights(TinyRuns.Job(network, Rule, Searching) with { OnSearch = heard.Add }).Choose(Chooser(), CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, 12), heard.Select(report => report.Measured));
        Assert.All(heard, report => Assert.Equal((12, heard.Take(report.Measured).Min(earlier => earlier.Loss)), (report.Candidates, report.BestLoss)));
    }

    [Fact]
    public void A_choice_that_is_cancelled_ends_at_once_and_chooses_nothing()
    {
        using var network = TinyRuns.Network(Rule);
        var (weights, before, rule) = (new SharedWeights(TinyRuns.Job(network, Rule, Searching)), TinyRuns.Bits(network), Chooser());
        Assert.Throws<OperationCanceledException>(() => weights.Choose(rule, new CancellationToken(canceled: true)));
        Assert.Equal(TinyRuns.Text(Chooser().State), TinyRuns.Text(rule.State));
        Assert.Equal(before, TinyRuns.Bits(network));
    }

    [Fact]
    public void The_loss_of_a_wiring_does_not_depend_on_what_was_measured_before()
    {
        using var network = TinyRuns.Network(Rule);
        var weights = new SharedWeights(TinyRuns.Job(network, Rule, Searching));
        var (one, other) = (Wiring(1), Wiring(2));
        var loss = weights.Loss(one, CancellationToken.None);
        Assert.NotEqual(loss, weights.Loss(other, CancellationToken.None));
        Assert.Equal(loss, weights.Loss(one, CancellationToken.None));
    }

    [Fact]
    public void Connections_and_blocks_are_as_large_as_the_weights_that_they_pass()
    {
        using var network = (BranchNetwork)TinyRuns.Network(Rule);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (sources, readers) = (network.modules[0], network.modules[1]);
        for (var source = 0; source < 4; source++)
        {
            using Scalar size = 0.01 * (source + 1);
            sources.expand[source].fill_(size);
        }
        // Every second channel of a source is silent: its norm's scale is 0. Reader 1 listens to these alone.
        sources.expandNorm.weight.view(-1, 2).select(1, 1).zero_();
        readers.trunk.reduce.zero_();
        using Scalar one = 1;
        readers.trunk.reduce[0].fill_(one);
        readers.trunk.reduce[1].view(2, -1, 2).select(2, 1).fill_(one);
        var norms = WeightNorms.Of(network);
        Assert.All(Enumerable.Range(1, 3), source =>
        {
            Assert.Equal(source + 1, norms.Connections[0][0, source] / norms.Connections[0][0, 0], 1e-4);
            Assert.Equal(source + 1, norms.Blocks[0][2, source] / norms.Blocks[0][2, 0], 1e-4);
        });
        // Rows of ones times every second channel, at the norm's 1/sqrt(2) of 0.01, for two columns.
        var (half, scale, rows) = (sources.expand.shape[1] / 2, 0.01 / Math.Sqrt(2 * (1 + ChannelNorm.Epsilon)), readers.trunk.reduce.shape[1]);
        Assert.Equal(Math.Sqrt(rows * 2) * half * scale, norms.Connections[0][0, 0], 1e-4);
        Assert.Equal(Math.Sqrt(2 * half) * scale, norms.Blocks[0][0, 0], 1e-5);
        Assert.All(Enumerable.Range(0, 4), source => Assert.Equal(0, norms.Connections[0][1, source]));
        Assert.Equal([2, 3], norms.LargestConnections(2).Modules[0].Reads[0]);
        Assert.All(norms.LargestBlocks(2).Modules[0].Reads, row => Assert.Equal([2, 3], row));
    }

    [Fact]
    public void Pruning_by_blocks_leaves_K_blocks_in_every_module_but_the_last()
    {
        var options = TinyRuns.Options with { Epochs = 1, Gates = new GateOptions { Estimator = EstimatorKind.MagnitudeBlocks } };
        var (outcome, network) = new TinyRuns().Run(Rule, options);
        network.Dispose();
        Assert.Equal([2, 2, 4], outcome.Connectivity!.LiveBlocks(TinyRuns.Blueprint).Select(module => module.Count(live => live)));
    }

    private static Connectivity Wiring(ulong seed) => Connectivity.Random(TinyRuns.Blueprint, 2, new SeededRandom(seed));

    private static ChosenEstimator Chooser() =>
        (ChosenEstimator)GateEstimators.Create(new GateTask(TinyRuns.Blueprint, 2, Searching.Gates, TinyRuns.Seeds));
}

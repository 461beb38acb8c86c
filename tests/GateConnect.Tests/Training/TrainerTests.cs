// What a training does as a whole: its phases, its memory, its refusals, and that it learns.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Tests.Training;

public sealed class TrainerTests
{
    [Fact]
    public void One_epoch_has_both_phases_and_ends_wired_by_its_top_K()
    {
        using var network = (BranchNetwork)TinyRuns.Network(ConnectivityRule.Learned(2));
        List<TrainingPhase> phases = [];
        GateSnapshot? gates = null;
        var job = TinyRuns.Job(network, ConnectivityRule.Learned(2), TinyRuns.Options with { Epochs = 1 }) with
        {
            OnStep = step => phases.Add(step.Phase),
            OnGates = snapshot => gates = snapshot,
        };
        var outcome = Trainer.Run(job, CancellationToken.None);
        Assert.Equal([.. Enumerable.Repeat(TrainingPhase.Gates, 4), .. Enumerable.Repeat(TrainingPhase.Weights, 4)], phases);
        Assert.True(network.IsWired(outcome.Connectivity!));
        Assert.Equal(outcome.Connectivity, gates!.TopK);
        Assert.All(outcome.Connectivity!.Modules, module => Assert.Equal(2, module.FanIn));
    }

    [Theory]
    [InlineData(ConnectivityKind.Full)]
    [InlineData(ConnectivityKind.FullBranches)]
    [InlineData(ConnectivityKind.Random)]
    public void Baselines_keep_their_wiring_and_learn_no_gates(ConnectivityKind kind)
    {
        var rule = new ConnectivityRule(kind, kind == ConnectivityKind.Random ? 2 : null);
        var (outcome, network) = new TinyRuns().Run(rule, TinyRuns.Options with { Epochs = 1 });
        using (network)
        {
            Assert.Null(outcome.RealGates);
            Assert.Equal(kind == ConnectivityKind.Full, outcome.Connectivity is null);
            Assert.True(network is not BranchNetwork branches || branches.IsWired(outcome.Connectivity!));
        }
    }

    [Theory]
    [InlineData(EstimatorKind.Paper)]
    [InlineData(EstimatorKind.Relaxed)]
    [InlineData(EstimatorKind.Gumbel)]
    [InlineData(EstimatorKind.Reinforce)]
    [InlineData(EstimatorKind.Evolution)]
    [InlineData(EstimatorKind.MagnitudeBlocks)]
    public void Two_hundred_steps_leave_no_tensor_behind(EstimatorKind kind)
    {
        List<long> live = [];
        var before = NoTensorLeakAttribute.LiveTensors();
        using (var network = TinyRuns.Network(ConnectivityRule.Learned(2)))
        {
            var options = TinyRuns.Options with { Epochs = 25, EmaDecay = 0.9, Gates = new GateOptions { Estimator = kind } };
            Trainer.Run(
                TinyRuns.Job(network, ConnectivityRule.Learned(2), options) with { OnStep = _ => live.Add(NoTensorLeakAttribute.LiveTensors()) },
                CancellationToken.None);
        }
        Assert.Equal(200, live.Count);
        Assert.Equal(live[2], live[98]);
        Assert.Equal(live[101], live[^1]);
        Assert.Equal(before, NoTensorLeakAttribute.LiveTensors());
    }

    [Fact]
    public void Equal_seeds_give_equal_bits()
    {
        var (first, second) = (new TinyRuns(), new TinyRuns());
        using var one = first.Run(ConnectivityRule.Learned(2), TinyRuns.Options).Network;
        using var other = second.Run(ConnectivityRule.Learned(2), TinyRuns.Options).Network;
        Assert.Equal(TinyRuns.Bits(one), TinyRuns.Bits(other));
        Assert.Equal(first.Reports, second.Reports);
    }

    [Fact]
    public void A_loss_that_is_not_finite_stops_the_run_before_it_reaches_the_weights()
    {
        using var network = TinyRuns.Network(ConnectivityRule.FullBranches);
        using (no_grad())
        {
            using Scalar large = 3e38;
            network.get_parameter("head.weight")!.fill_(large); // finite, but the logits are not
        }
        var error = Assert.Throws<DivergedException>(() => Trainer.Run(
            TinyRuns.Job(network, ConnectivityRule.FullBranches, TinyRuns.Options), CancellationToken.None));
        Assert.StartsWith("step 1: ", error.Message, StringComparison.Ordinal);
        Assert.All(network.parameters(), weight => Assert.True(weight.isfinite().all().item<bool>()));
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused_before_the_first_step()
    {
        using var learned = TinyRuns.Network(ConnectivityRule.Learned(2));
        var job = TinyRuns.Job(learned, ConnectivityRule.Learned(2), TinyRuns.Options);
        var larger = SyntheticShapes.Create(new ShapesOptions { TrainCount = 8, TestCount = 8, ImageSize = 16 }, TinyRuns.Seeds);
        TrainingJob[] wrong =
        [
            job with { Rule = ConnectivityRule.Full },
            job with { Rule = ConnectivityRule.Learned(3) },
            job with { Rule = ConnectivityRule.Learned(9) },
            job with { Options = job.Options with { BatchSize = 0 } },
            job with { Data = job.Data with { Train = larger.Train } },
            job with { Data = job.Data with { Held = job.Data.Held!.Subset([]) } },
        ];
        Assert.All(wrong, one => Assert.Throws<ConfigurationException>(() => Trainer.Run(one, CancellationToken.None)));
    }

    [Fact]
    public void An_evaluation_counts_every_image_once_and_leaves_the_network_as_it_was()
    {
        using var network = TinyRuns.Network(ConnectivityRule.Learned(2));
        network.train();
        var before = TinyRuns.Bits(network);
        var images = TinyRuns.Data.Train;
        var whole = Evaluator.Run(network, images, TinyRuns.Data.Normalization, TestContext.Current.CancellationToken);
        Assert.True(network.training);
        Assert.Equal(before, TinyRuns.Bits(network));
        Assert.Equal(images.ClassCounts(), whole.Confusion.Select(row => row.Sum()));
        Assert.Equal(100.0 * Enumerable.Range(0, 3).Sum(label => whole.Confusion[label][label]) / images.Count, whole.Top1Percent, 1e-9);
        Assert.Equal(100, whole.Top5Percent); // three classes
        var parts = Enumerable.Range(0, 4).Select(part => Evaluator.Run(
            network, images.Subset([.. Enumerable.Range(16 * part, 16)]), TinyRuns.Data.Normalization, TestContext.Current.CancellationToken)).ToArray();
        Assert.Equal(whole.Loss, parts.Average(part => part.Loss), 1e-5);
        Assert.Equal(whole.Top1Percent, parts.Average(part => part.Top1Percent), 1e-9);
    }

    [Fact]
    public void A_small_network_learns_the_shapes_and_its_wiring()
    {
        var shapes = SyntheticShapes.Create(
            new ShapesOptions { TrainCount = 800, TestCount = 200, ImageSize = 16, Channels = 1, Classes = 4 }, TinyRuns.Seeds);
        var blueprint = NetworkBlueprint.Create(new NetworkSize(11, 4, 4), shapes.Train.Shape, 4);
        using var network = NetworkFactory.Create(blueprint, ConnectivityRule.Learned(2), TinyRuns.Seeds, NetworkOptions.Default);
        var normalization = Normalization.Measure(shapes.Train);
        var data = new TrainingData(shapes.Train, null, normalization, Augmentation.PadCropFlip(2));
        var options = new TrainingOptions { Epochs = 10, BatchSize = 32, WarmUpSteps = 20, LearningRate = 0.05 };
        Trainer.Run(new TrainingJob(network, data, ConnectivityRule.Learned(2), options, TinyRuns.Seeds), CancellationToken.None);
        var evaluation = Evaluator.Run(network, shapes.Test, normalization, TestContext.Current.CancellationToken);
        Assert.InRange(evaluation.Top1Percent, 40, 100); // chance is 25, give or take 3
    }
}

// training.accumulate: a batch in parts is one step along the mean of the parts' gradients, under one draw of the gates.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Tests.Testing;
using GateConnect.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Tests.Training;

public sealed class AccumulationTests
{
    private static readonly TrainingOptions OneStep = TinyRuns.Options with { Epochs = 1, BatchSize = 64, WarmUpSteps = 0 };

    [Fact]
    public void A_step_in_parts_follows_the_mean_of_their_gradients()
    {
        using var scope = NewDisposeScope();
        var (rule, options) = (ConnectivityRule.Random(2), OneStep with { Accumulate = 3 });
        var (_, network) = new TinyRuns().Run(rule, options);
        using var trained = network;
        using var expected = TinyRuns.Network(rule);
        using var optimizer = new NesterovSgd(expected, options);
        var loader = BatchLoader.ForTraining(
            TinyRuns.Data.Train, TinyRuns.Data.Normalization, TinyRuns.Data.Augmentation, new BatchOptions(64, TinyRuns.Seeds, CPU));
        expected.train();
        foreach (var batch in loader.Epoch(0))
        {
            optimizer.ZeroGradients();
            foreach (var (start, length) in new[] { (0, 21), (21, 21), (42, 22) })
            {
                using Scalar share = length / 64.0;
                var logits = expected.call(batch.Images.narrow(0, start, length));
                nn.functional.cross_entropy(logits, batch.Labels.narrow(0, start, length)).mul(share).backward();
            }
            optimizer.Step(options.LearningRate);
        }
        Assert.Equal(TinyRuns.Bits(expected), TinyRuns.Bits(trained));
    }

    [Fact]
    public void Gates_are_drawn_once_a_step_and_hear_all_parts()
    {
        var options = OneStep with { Gates = new GateOptions { Estimator = EstimatorKind.Paper, PhaseShare = 0.9 } };
        Assert.NotEqual(Gates(options), Gates(options with { Accumulate = 4 })); // moments of other batches
        Assert.Equal(Draw(options), Draw(options with { Accumulate = 4 }));

        static string Gates(TrainingOptions options)
        {
            var (outcome, network) = new TinyRuns().Run(ConnectivityRule.Learned(2), options);
            network.Dispose();
            return TinyRuns.Text(outcome.RealGates);
        }

        // A gate whose value moved was open or closed in the draw; which of the two stands in the network's gates after the step.
        static string Draw(TrainingOptions options)
        {
            using var network = (BranchNetwork)TinyRuns.Network(ConnectivityRule.Learned(2));
            string? drawn = null;
            var job = TinyRuns.Job(network, ConnectivityRule.Learned(2), options with { Epochs = 2 }) with
            {
                OnStep = step => drawn ??= string.Join(' ', network.Gates.Of(1).data<float>()),
            };
            Trainer.Run(job, TestContext.Current.CancellationToken);
            return drawn!;
        }
    }

    [Fact]
    public void A_run_in_parts_resumes_to_the_bit()
    {
        using var folder = new TemporaryFolder();
        var (rule, options) = (ConnectivityRule.Learned(2), TinyRuns.Options with { Accumulate = 2 });
        var (_, whole) = new TinyRuns().Run(rule, options);
        var (stopped, half) = new TinyRuns().Run(rule, options, folder.Path, stop: 13);
        var (_, resumed) = new TinyRuns().Run(rule, options, folder.Path);
        using (whole)
        using (half)
        using (resumed)
        {
            Assert.False(stopped.Completed);
            Assert.Equal(TinyRuns.Bits(whole), TinyRuns.Bits(resumed));
        }
    }

    [Theory]
    [InlineData(8, 0, false)]
    [InlineData(8, 1, true)]
    [InlineData(8, 4, true)]
    [InlineData(8, 5, false)]
    public void Parts_have_at_least_two_images(int batch, int parts, bool valid) => Assert.Equal(
        valid ? [] : [$"training.accumulate: {parts} is outside 1 to half of training.batchSize"],
        new TrainingOptions { BatchSize = batch, Accumulate = parts }.Mistakes());
}

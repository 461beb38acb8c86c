// Law 5: interrupted and resumed is never interrupted, bit for bit, wherever it stopped.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Training;

namespace GateConnect.Tests.Training;

public sealed class ResumeTests
{
    public static TheoryData<EstimatorKind, int> Stops
    {
        get
        {
            // 8 steps an epoch, 24 in all, 12 of phase 1.
            var stops = new TheoryData<EstimatorKind, int>();
            foreach (var kind in Enum.GetValues<EstimatorKind>())
            {
                foreach (var step in (int[])(kind <= EstimatorKind.Gradual ? [1, 5, 8, 11, 12, 13, 16, 21] : [5, 12, 16]))
                {
                    stops.Add(kind, step);
                }
            }
            return stops;
        }
    }

    [Theory]
    [MemberData(nameof(Stops))]
    public void A_resumed_learned_run_is_the_uninterrupted_one(EstimatorKind estimator, int stop) =>
        AssertResumes(ConnectivityRule.Learned(2), stop, TinyRuns.Options with
        {
            Gates = new GateOptions { Estimator = estimator, RateFactor = 20 },
            EmaDecay = estimator == EstimatorKind.Paper ? 0.9 : null,
            Cycles = ScheduleCycles.PerPhase,
        });

    // The choice is made after the report and the checkpoint of the epoch that ends phase 1.
    [Theory]
    [InlineData(EstimatorKind.Evolution, 16)]
    [InlineData(EstimatorKind.MagnitudeConnections, 16)]
    [InlineData(EstimatorKind.RandomSearch, 17)]
    public void A_choice_at_the_end_of_an_epoch_is_made_again(EstimatorKind estimator, int stop) =>
        AssertResumes(ConnectivityRule.Learned(2), stop, TinyRuns.Options with { Gates = new GateOptions { Estimator = estimator, PhaseShare = 0.67 } });

    [Theory]
    [InlineData(KernelPath.Fast)]
    [InlineData(KernelPath.Reference)]
    public void Both_paths_resume_to_the_bit(KernelPath kernels) =>
        AssertResumes(ConnectivityRule.Learned(2), 13, TinyRuns.Options, kernels);

    [Theory]
    [InlineData(ConnectivityKind.Full)]
    [InlineData(ConnectivityKind.FullBranches)]
    [InlineData(ConnectivityKind.Random)]
    public void A_resumed_baseline_is_the_uninterrupted_one(ConnectivityKind kind) =>
        AssertResumes(new ConnectivityRule(kind, kind == ConnectivityKind.Random ? 2 : null), 11, TinyRuns.Options);

    [Fact]
    public void A_finished_run_returns_at_once_with_the_same_result()
    {
        using var folder = new TemporaryFolder();
        var (rule, options) = (ConnectivityRule.Learned(2), TinyRuns.Options with { Epochs = 1, EmaDecay = 0.8 });
        var first = new TinyRuns();
        var (outcome, network) = first.Run(rule, options, folder.Path);
        var second = new TinyRuns();
        var (again, same) = second.Run(rule, options, folder.Path);
        using (network)
        using (same)
        {
            Assert.Empty(second.Reports);
            Assert.Equal((outcome.Completed, outcome.Steps, outcome.Connectivity), (again.Completed, again.Steps, again.Connectivity));
            Assert.Equal(TinyRuns.Bits(network), TinyRuns.Bits(same));
        }
    }

    [Fact]
    public void A_checkpoint_of_another_recipe_is_refused()
    {
        using var folder = new TemporaryFolder();
        var rule = ConnectivityRule.Learned(2);
        new TinyRuns().Run(rule, TinyRuns.Options, folder.Path, stop: 3).Network.Dispose();
        using var network = TinyRuns.Network(rule);
        var job = TinyRuns.Job(network, rule, TinyRuns.Options) with { Checkpoints = new CheckpointOptions(folder.Path) };
        var normalization = new GateConnect.Data.Normalization([0.25f], [0.5f]);
        TrainingJob[] others =
        [
            job with { Options = TinyRuns.Options with { LearningRate = 0.04 } },
            job with { Options = TinyRuns.Options with { Gates = new GateOptions { Step = 0.02 } } },
            job with { Seeds = new Seeds(8) },
            job with { Data = job.Data with { Normalization = normalization } },
            job with { Data = job.Data with { Augmentation = GateConnect.Data.Augmentation.PadCropFlip(2) } },
        ];
        Assert.All(others, other => Assert.Throws<ConfigurationException>(() => Trainer.Run(other, CancellationToken.None)));
        Assert.True(Trainer.Run(job, CancellationToken.None).Completed);
    }

    private static void AssertResumes(ConnectivityRule rule, int stop, TrainingOptions options, KernelPath kernels = KernelPath.Fast)
    {
        using var folder = new TemporaryFolder();
        var (whole, parts) = (new TinyRuns { Kernels = kernels }, new TinyRuns { Kernels = kernels });
        var (expected, network) = whole.Run(rule, options);
        var (first, abandoned) = parts.Run(rule, options, folder.Path, stop);
        abandoned.Dispose();
        var (second, resumed) = parts.Run(rule, options, folder.Path);
        using (network)
        using (resumed)
        {
            Assert.Equal((false, (long)stop), (first.Completed, first.Steps));
            Assert.Equal((true, 24L), (second.Completed, second.Steps));
            Assert.Equal(whole.Reports, parts.Reports);
            Assert.Equal(TinyRuns.Bits(network), TinyRuns.Bits(resumed));
            Assert.Equal(expected.Connectivity, second.Connectivity);
            Assert.Equal(TinyRuns.Text(expected.RealGates), TinyRuns.Text(second.RealGates));
        }
    }
}

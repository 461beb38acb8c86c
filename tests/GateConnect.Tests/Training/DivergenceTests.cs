// A training that diverges goes back and on with smaller steps, the same way however often it was interrupted, and ends
// after a few attempts.
using GateConnect.Architecture;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Training;

namespace GateConnect.Tests.Training;

public sealed class DivergenceTests
{
    private static readonly ConnectivityRule Rule = ConnectivityRule.Learned(2);

    // Decay of more than twice the weights at every step: they grow until they are no numbers any more.
    private static readonly TrainingOptions Wild = TinyRuns.Options with
    {
        Epochs = 12,
        LearningRate = 10,
        WeightDecay = 0.99,
        WarmUpSteps = 0,
        Momentum = 0,
        OnDivergence = DivergencePolicy.Rollback,
    };

    [Fact]
    public void A_rollback_ends_well_and_an_interrupted_one_ends_the_same()
    {
        var (parts, notes) = (new TinyRuns(), new List<string>());
        using var undisturbed = new TemporaryFolder();
        using var interrupted = new TemporaryFolder();
        var told = new TinyRuns { Checkpoints = new CheckpointOptions("") { Note = notes.Add } };
        var (outcome, network) = told.Run(Rule, Wild, undisturbed.Path);
        using var expected = network;
        Assert.True(outcome.Completed);
        Assert.InRange(notes.Count, 1, TrainingOptions.MostRollbacks);
        Assert.All(notes, note => Assert.Contains("learning rates halved", note, StringComparison.Ordinal));
        foreach (var stop in (long[])[20, 33, 41, 47, 60, 70])
        {
            parts.Run(Rule, Wild, interrupted.Path, stop).Network.Dispose();
        }
        var (_, resumed) = parts.Run(Rule, Wild, interrupted.Path);
        using (resumed)
        {
            Assert.Equal(TinyRuns.Bits(expected), TinyRuns.Bits(resumed));
        }
    }

    [Fact]
    public void A_training_that_stops_keeps_its_last_checkpoint()
    {
        using var folder = new TemporaryFolder();
        var stopping = Wild with { OnDivergence = DivergencePolicy.Stop };
        var failure = Assert.Throws<DivergedException>(() => new TinyRuns().Run(Rule, stopping, folder.Path));
        Assert.Contains("is not finite", failure.Message, StringComparison.Ordinal);
        var last = Directory.GetFiles(folder.Path, "step-*").Order(StringComparer.Ordinal).Last();
        using var found = CheckpointStore.Open(last);
        Assert.All(found.Content.Tensors.Values, tensor => Assert.True(tensor.isfinite().all().item<bool>()));
    }

    [Fact]
    public void A_training_that_diverges_again_and_again_ends()
    {
        using var folder = new TemporaryFolder();
        var (hopeless, notes) = (Wild with { Epochs = 100, Schedule = ScheduleKind.Step }, new List<string>());
        var data = TinyRuns.Data with { Normalization = new GateConnect.Data.Normalization([0f], [float.Epsilon]) };
        using var network = TinyRuns.Network(Rule);
        var job = TinyRuns.Job(network, Rule, hopeless) with
        {
            Data = data,
            Checkpoints = new CheckpointOptions(folder.Path) { Note = notes.Add },
        };
        Assert.Throws<DivergedException>(() => Trainer.Run(job, CancellationToken.None));
        Assert.Equal(TrainingOptions.MostRollbacks, notes.Count);
    }

    [Fact]
    public void A_rollback_needs_checkpoints()
    {
        using var network = TinyRuns.Network(Rule);
        var refusal = Assert.Throws<ConfigurationException>(() => Trainer.Run(TinyRuns.Job(network, Rule, Wild), CancellationToken.None));
        Assert.Contains("training.onDivergence", refusal.Message, StringComparison.Ordinal);
    }
}

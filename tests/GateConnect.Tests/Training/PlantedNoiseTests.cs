// Law 8, small: of a module's four branches two are planted to speak noise. A rule that learns gates must find them,
// from the gradient alone; choosing by chance would read them in half of all connections. With the same weights the
// wiring that was learned then beats a random one, and that the reverse of what was learned.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Experiments;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Tests.Training;

public sealed class PlantedNoiseTests
{
    private const int Noisy = 2;

    [Theory]
    [InlineData(EstimatorKind.Relaxed)]
    [InlineData(EstimatorKind.Paper)]
    public void Learning_cuts_off_branches_that_speak_noise_and_what_it_learned_beats_chance(EstimatorKind kind)
    {
        var (stripes, seeds) = (Stripes.Draw(count: 640, seed: 7), new Seeds(1));
        var blueprint = NetworkBlueprint.Create(new NetworkSize(11, 4, 4), stripes.Shape, stripes.ClassNames.Count);
        using var network = (BranchNetwork)NetworkFactory.Create(
            blueprint, ConnectivityRule.Learned(2), seeds, new NetworkOptions { LastNormAffine = LastNormAffine.PerBranch });
        var data = new TrainingData(stripes, null, Normalization.Measure(stripes), Augmentation.None);
        var options = new TrainingOptions
        {
            Epochs = 16,
            WarmUpSteps = 20,
            Gates = new GateOptions
            {
                Estimator = kind,
                PhaseShare = 0.9,
                Step = 0.02,
                Centring = GateCentring.Row,
                Scaling = GateScaling.RootMeanSquare,
            },
        };
        GateSnapshot? gates = null;
        Speak(network, step: 0);
        var outcome = Trainer.Run(
            new TrainingJob(network, data, ConnectivityRule.Learned(2), options, seeds)
            {
                OnStep = step => Speak(network, step.Step),
                OnGates = snapshot => gates = snapshot,
            },
            CancellationToken.None);
        // Of 16 connections; ties would go to the noisy ones, which have the lower indices.
        Assert.InRange(outcome.Connectivity!.Modules.Sum(module => module.Reads.Sum(row => row.Count(source => source < Noisy))), 0, 4);

        // Law 8: the same weights under the K largest gates, under chance, under the K smallest.
        var trial = new WiringTrial(network, data, Stripes.Draw(count: 400, seed: 8), BatchSize: 64);
        var control = new WiringControl(blueprint, gates!, seeds);
        var top1 = Enum.GetValues<WiringKind>().Select(wiring => trial.Measure(control, wiring, draws: 5, CancellationToken.None).Top1Percent).ToArray();
        // Learned and random come close where both are near 100 %: by how much they differ is then a matter of rounding.
        Assert.True(top1[0] > top1[1] - 1, $"learned {top1[0]} %, random {top1[1]} %");
        Assert.True(top1[0] > top1[2] + 3, $"learned {top1[0]} %, reversed {top1[2]} %");
        Assert.True(top1[1] > top1[2] + 3, $"random {top1[1]} %, reversed {top1[2]} %");
    }

    // The noisy blocks get new random weights, and three times the volume, before every batch: what they say is a
    // function of the image that no reader can learn.
    private static void Speak(BranchNetwork network, long step)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using Scalar three = 3;
        for (var module = 0; module < 2; module++)
        {
            var (random, bank) = (new Seeds(1).Generator("noise", step, module), network.modules[module]);
            var noise = bank.expand.narrow(0, 0, Noisy);
            noise.copy_(tensor(Enumerable.Range(0, (int)noise.numel()).Select(_ => (float)random.NextNormal()).ToArray()).view(noise.shape));
            bank.expandNorm.weight.narrow(0, 0, Noisy).fill_(three);
            bank.expandNorm.bias.narrow(0, 0, Noisy).zero_();
        }
    }
}

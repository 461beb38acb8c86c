// Law 8, small: of a module's four branches two are planted to speak noise. A rule that learns gates must find them,
// from the gradient alone; choosing by chance would read them in half of all connections.
using GateConnect.Architecture;
using GateConnect.Data;
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
    public void Learning_cuts_off_branches_that_speak_noise(EstimatorKind kind)
    {
        var (stripes, seeds) = (Stripes(count: 640), new Seeds(1));
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
        Speak(network, step: 0);
        var outcome = Trainer.Run(
            new TrainingJob(network, data, ConnectivityRule.Learned(2), options, seeds) { OnStep = step => Speak(network, step.Step) },
            CancellationToken.None);
        // Of 16 connections; ties would go to the noisy ones, which have the lower indices.
        Assert.InRange(outcome.Connectivity!.Modules.Sum(module => module.Reads.Sum(row => row.Count(source => source < Noisy))), 0, 4);
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

    // Stripes in four directions, at a random phase and under noise.
    private static ImageDataset Stripes(int count)
    {
        var random = new Seeds(7).Generator("stripes");
        var (pixels, labels) = (new byte[count][], new int[count]);
        for (var image = 0; image < count; image++)
        {
            labels[image] = image % 4;
            var phase = random.NextInt(4);
            pixels[image] = [.. Enumerable.Range(0, 64).Select(pixel =>
            {
                var (row, column) = Math.DivRem(pixel, 8);
                var across = labels[image] switch { 0 => column, 1 => row, 2 => row + column, _ => column - row + 8 };
                return (byte)Math.Clamp(((across + phase) % 4 < 2 ? 170 : 85) + (40 * random.NextNormal()), 0, 255);
            })];
        }
        return new ImageDataset("stripes", new ImageShape(1, 8, 8), ["upright", "level", "rising", "falling"], pixels, labels);
    }
}

// The example of a loop of one's own, held to the loop of the library.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Examples;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Training;

namespace GateConnect.Tests;

public sealed class OwnLoopTests
{
    private static readonly Seeds Seeds = new(3);
    private static readonly TrainingOptions Options = new() { Epochs = 3, BatchSize = 16, WarmUpSteps = 4 };

    [Fact]
    public void A_loop_of_public_parts_ends_where_the_library_s_own_ends_bit_for_bit()
    {
        var (train, _) = SyntheticShapes.Create(new ShapesOptions { TrainCount = 80, ImageSize = 8, Classes = 3 }, Seeds);
        var data = TrainingData.Of(train, Augmentation.PadCropFlip(pad: 1));
        using var mine = Network(train);
        using var theirs = Network(train);

        var loader = BatchLoader.ForTraining(train, data.Normalization, data.Augmentation, new BatchOptions(Options.BatchSize, Seeds, TorchSharp.torch.CPU));
        Assert.Equal(Options.Epochs, Loop.Run(mine, new RelaxedEstimator(mine.Blueprint, mine.FanIn, Options.Gates), loader, Options).Count());
        Trainer.Run(new TrainingJob(theirs, data, ConnectivityRule.Learned(fanIn: 2), Options, Seeds), TestContext.Current.CancellationToken);

        Assert.Equal(File(theirs, train), File(mine, train));
    }

    private static BranchNetwork Network(ImageDataset train) =>
        BranchNetwork.Create(NetworkBlueprint.Create(new NetworkSize(11, 2, 4), train), ConnectivityRule.Learned(fanIn: 2), Seeds);

    // Weights, statistics and wiring.
    private static byte[] File(BranchNetwork network, ImageDataset train)
    {
        using var folder = new TemporaryFolder();
        ModelFile.Save(folder["model.safetensors"], network, ModelHeader.Of(network, Normalization.Measure(train), train));
        return System.IO.File.ReadAllBytes(folder["model.safetensors"]);
    }
}

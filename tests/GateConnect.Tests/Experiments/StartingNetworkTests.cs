// The network of a run before its first step: what its source computed, on the run's own images.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Experiments;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Model;
using GateConnect.Tests.Testing;
using GateConnect.Training;
using static TorchSharp.torch;

namespace GateConnect.Tests.Experiments;

public sealed class StartingNetworkTests : IDisposable
{
    private static readonly DatasetParts Shapes = SyntheticShapes.Create(
        new ShapesOptions { TrainCount = 96, TestCount = 60, ImageSize = 12, Channels = 1, Classes = 3 }, new Seeds(3));

    private readonly TemporaryFolder folder = new();

    public StartingNetworkTests() => TorchRuntime.EnsureLoaded();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(NetworkForm.ResNeXt, ConnectivityKind.Full, LastNormAffine.Shared)]
    [InlineData(NetworkForm.ResNeXt, ConnectivityKind.FullBranches, LastNormAffine.PerBranch)]
    [InlineData(NetworkForm.Branches, ConnectivityKind.Given, LastNormAffine.Shared)]
    [InlineData(NetworkForm.Branches, ConnectivityKind.Given, LastNormAffine.PerBranch)]
    public void The_first_evaluation_is_that_of_the_source(NetworkForm form, ConnectivityKind kind, LastNormAffine affine)
    {
        var blueprint = NetworkBlueprint.Create(new NetworkSize(11, 2, 4), Shapes.Train);
        var wiring = Connectivity.Random(blueprint, 2, new SeededRandom(5));
        using var network = form == NetworkForm.ResNeXt
            ? (nn.Module<Tensor, Tensor>)RandomNetworks.ResNeXt(blueprint, seed: 6)
            : RandomNetworks.Branches(blueprint, wiring, seed: 6);
        var header = network is BranchNetwork branches ? RandomNetworks.Header(branches, wiring) : RandomNetworks.Header((ResNeXt)network);
        ModelFile.Save(folder["source.safetensors"], network, header);

        var source = TrainedSource.Open(folder["source.safetensors"]);
        var recipe = source.Into(new Recipe()) with
        {
            Connectivity = kind,
            Wiring = kind == ConnectivityKind.Given ? ConnectivityJson.Write(wiring) : null,
            LastNormAffine = affine,
            Training = new TrainingOptions { BatchSize = 16 },
        };
        var data = new TrainingData(Shapes.Train, null, header.Normalization, Augmentation.None);
        var notes = new List<string>();
        var request = new RunRequest(recipe, folder["run"]) { From = source.Path };
        using var first = StartingNetwork.Create(request, blueprint, data, new RunEvents { Note = notes.Add }, CancellationToken.None);

        var (expected, found) = (Measured(network, header.Normalization), Measured(first, header.Normalization));
        Assert.Equal(expected.Top1Percent, found.Top1Percent);
        Assert.Equal(expected.Loss, found.Loss, 1e-4 * expected.Loss);
        Assert.StartsWith("starts from source.safetensors (SHA-256 ", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_other_than_those_of_the_recipe_are_refused_and_so_are_damaged_ones()
    {
        var blueprint = NetworkBlueprint.Create(new NetworkSize(11, 2, 4), Shapes.Train);
        foreach (var seed in new ulong[] { 1, 2 })
        {
            using var network = RandomNetworks.ResNeXt(blueprint, seed);
            ModelFile.Save(folder[$"{seed}.safetensors"], network, RandomNetworks.Header(network));
        }
        var (one, two) = (TrainedSource.Open(folder["1.safetensors"]), TrainedSource.Open(folder["2.safetensors"]));
        var recipe = one.Into(new Recipe { Connectivity = ConnectivityKind.FullBranches });
        Assert.Same(recipe, one.Into(recipe));
        var data = TrainingData.Of(Shapes.Train);
        RunRequest From(string path, Recipe of) => new(of, folder["run"]) { From = path };
        void Create(RunRequest request) => StartingNetwork.Create(request, blueprint, data, RunEvents.None, CancellationToken.None).Dispose();

        Assert.Contains(two.Sha256, Assert.Throws<ConfigurationException>(() => Create(From(two.Path, recipe))).Message, StringComparison.Ordinal);
        var refusal = Assert.Throws<ConfigurationException>(() => Create(From(two.Path, new Recipe())));
        Assert.StartsWith("from.sha256: missing", refusal.Message, StringComparison.Ordinal);
        var bytes = File.ReadAllBytes(one.Path);
        bytes[^9] ^= 4;
        File.WriteAllBytes(one.Path, bytes);
        Assert.Throws<ModelFileException>(() => Create(From(one.Path, recipe)));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
            StartingNetwork.Create(From(two.Path, two.Into(recipe)), blueprint, data, RunEvents.None, cancelled.Token).Dispose());
    }

    private static Evaluation Measured(nn.Module<Tensor, Tensor> network, Normalization normalization) =>
        Evaluator.Run(network, Shapes.Test, normalization, TestContext.Current.CancellationToken);
}

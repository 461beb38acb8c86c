// The rival of the bench computes what our network computes, so that their speeds may be compared.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Experiments.Bench;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Model;
using GateConnect.Tests.Testing;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Tests.Experiments.Bench;

[NoTensorLeak]
public sealed class ObviousNetworkTests
{
    public ObviousNetworkTests() => TorchRuntime.EnsureLoaded();

    [Theory]
    [InlineData(11, 2, 4, 2, LastNormAffine.Shared)]
    [InlineData(11, 3, 2, 1, LastNormAffine.PerBranch)]
    [InlineData(20, 2, 3, 3, LastNormAffine.Shared)]
    public void With_the_same_weights_the_rival_computes_what_ours_computes(int depth, int width, int cardinality, int fanIn, LastNormAffine affine)
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(depth, width, cardinality), new ImageShape(3, 8, 8));
        var wiring = Connectivity.Random(blueprint, fanIn, new SeededRandom(3));
        using var ours = RandomNetworks.Branches(blueprint, wiring, seed: 4, affine);
        using var rival = new ObviousNetwork(blueprint, wiring);
        Copy(ours, rival);
        using var images = RandomNetworks.Images(blueprint, 5, seed: 5);
        using var channelsLast = ChannelsLast(images);
        rival.eval();

        AssertClose(RandomNetworks.Logits(ours, images), RandomNetworks.Logits(rival, channelsLast));
        ours.train();
        rival.train();
        AssertClose(RandomNetworks.Logits(ours, images), RandomNetworks.Logits(rival, channelsLast));
    }

    [Fact]
    public void Its_gates_get_the_gradients_that_ours_get()
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 2, 4), new ImageShape(3, 8, 8));
        var wiring = Connectivity.Random(blueprint, 2, new SeededRandom(3));
        using var ours = RandomNetworks.Branches(blueprint, wiring, seed: 4);
        using var rival = new ObviousNetwork(blueprint, wiring);
        Copy(ours, rival);
        using var scope = NewDisposeScope();
        var (images, labels) = (RandomNetworks.Images(blueprint, 6, seed: 5), tensor(new long[] { 0, 1, 2, 0, 1, 2 }));
        Backward(ours, ours.Gates, images, labels);
        Backward(rival, rival.Gates, ChannelsLast(images), labels);
        Assert.All(Enumerable.Range(1, 2), module => AssertClose(
            [.. ours.Gates.Gradient(module).Cast<float>()], [.. rival.Gates.Gradient(module).Cast<float>()]));
    }

    // Channels last, as the bench times it.
    private static Tensor ChannelsLast(Tensor images)
    {
        using var scope = NewDisposeScope();
        return images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    private static void Backward(nn.Module<Tensor, Tensor> network, ConnectionGates gates, Tensor images, Tensor labels)
    {
        network.train();
        gates.Learn();
        nn.functional.cross_entropy(network.call(images), labels).backward();
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        var scale = expected.Max(Math.Abs);
        Assert.True(scale > 1e-6);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.First - pair.Second, -2e-4 * scale, 2e-4 * scale));
    }

    private static void Copy(BranchNetwork ours, ObviousNetwork rival)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        rival.stem.weight.copy_(ours.stem.weight);
        Copy(ours.stem.norm, rival.stemNorm);
        for (var index = 0; index < ours.modules.Count; index++)
        {
            var (from, to) = (ours.modules[index], rival.modules[index]);
            for (var block = 0; block < to.blocks.Count; block++)
            {
                Copy(from, block, to.blocks[block]);
            }
            if (from.shortcut is { } shortcut)
            {
                to.projection!.weight.copy_(shortcut.weight);
                Copy(shortcut.norm, to.projectionNorm!);
            }
        }
        var weights = ours.state_dict();
        rival.head.weight.copy_(weights["head.weight"]);
        rival.head.bias!.copy_(weights["head.bias"]);
    }

    private static void Copy(BlockBank from, int block, ObviousBlock to)
    {
        var width = to.convolve.weight.shape[0];
        var channels = TensorIndex.Slice(block * width, (block + 1) * width);
        to.reduce.weight.copy_(from.trunk.reduce[block].unsqueeze(-1).unsqueeze(-1));
        Copy(from.trunk.reduceNorm, to.reduceNorm, channels);
        to.convolve.weight.copy_(from.trunk.convolve[channels]);
        Copy(from.trunk.convolveNorm, to.convolveNorm, channels);
        to.expand.weight.copy_(from.expand[block].unsqueeze(-1).unsqueeze(-1));
        var norm = from.expandNorm;
        var row = norm.weight.shape[0] == 1 ? 0 : block;
        to.expandNorm.weight!.copy_(norm.weight[row]);
        to.expandNorm.bias!.copy_(norm.bias[row]);
        to.expandNorm.running_mean!.copy_(norm.runningMean[block]);
        to.expandNorm.running_var!.copy_(norm.runningVariance[block]);
    }

    private static void Copy(ChannelNorm from, BatchNorm2d to) => Copy(from, to, TensorIndex.Colon);

    private static void Copy(ChannelNorm from, BatchNorm2d to, TensorIndex channels)
    {
        to.weight!.copy_(from.weight[channels]);
        to.bias!.copy_(from.bias[channels]);
        to.running_mean!.copy_(from.runningMean[channels]);
        to.running_var!.copy_(from.runningVariance[channels]);
    }
}

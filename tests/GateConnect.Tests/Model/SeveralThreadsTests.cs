// Kernels on several threads: a network has stages with fewer pixels than threads, which then share a block's channels.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using static TorchSharp.torch;

namespace GateConnect.Tests.Model;

[Collection(nameof(Alone))]
[NoTensorLeak]
public sealed class SeveralThreadsTests : IDisposable
{
    private const double Tolerance = 1e-3;

    public void Dispose() => TorchRuntime.SetThreads(1);

    [Theory]
    [InlineData(2, 8, 1)]
    [InlineData(3, 8, 1)]
    [InlineData(8, 8, 2)]
    [InlineData(5, 11, 3)]
    [InlineData(40, 8, 1)]
    public void A_step_and_a_folded_pass_are_those_of_the_reference(int threads, int side, int batch)
    {
        using var scope = NewDisposeScope();
        TorchRuntime.SetThreads(threads);
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 4, 8), new ImageShape(3, side, side));
        var wiring = Connectivity.Random(blueprint, 4, new SeededRandom(1));
        using var fast = RandomNetworks.Branches(blueprint, wiring, seed: 1);
        using var reference = RandomNetworks.Branches(blueprint, wiring, seed: 1, kernels: KernelPath.Reference);
        using var folded = FoldedNetwork.Create(fast);
        var images = RandomNetworks.Images(blueprint, batch, seed: 2);
        AssertClose(RandomNetworks.Logits(reference, images), RandomNetworks.Logits(folded, images));
        Assert.Equal(RandomNetworks.Logits(folded, images), RandomNetworks.Logits(folded, images));

        AssertClose(Gradients(reference, images), Gradients(fast, images));
        Assert.Equal(Gradients(fast, images), Gradients(fast, images));
    }

    private static float[] Gradients(BranchNetwork network, Tensor images)
    {
        using var scope = NewDisposeScope();
        network.train();
        network.zero_grad();
        network.call(images).logsumexp(1).sum().backward();
        network.eval();
        return [.. network.parameters().SelectMany(parameter => parameter.grad!.contiguous().data<float>().ToArray())];
    }

    private static void AssertClose(float[] expected, float[] found)
    {
        var scale = expected.Max(Math.Abs);
        Assert.InRange(expected.Zip(found, (one, other) => Math.Abs(one - other) / scale).Max(), 0, Tolerance);
    }
}

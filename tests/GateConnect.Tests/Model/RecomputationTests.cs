// Recomputation changes when activations are made, and nothing that is computed: the same bits, running statistics moved once.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Kernels;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Training;
using static TorchSharp.torch;

namespace GateConnect.Tests.Model;

[NoTensorLeak]
public sealed class RecomputationTests
{
    private static readonly NetworkBlueprint Long = RandomNetworks.Blueprint(new NetworkSize(29, 3, 4), new ImageShape(3, 12, 12));

    [Theory]
    [InlineData(KernelPath.Fast, true)]
    [InlineData(KernelPath.Fast, false)]
    [InlineData(KernelPath.Reference, true)]
    [InlineData(KernelPath.Reference, false)]
    public void Steps_are_the_same_bit_for_bit(KernelPath path, bool learned)
    {
        foreach (var kernels in path == KernelPath.Fast ? BlockKernels.All : [BlockKernels.Best])
        {
            Assert.Equal(Trained(ActivationPolicy.Keep), Trained(ActivationPolicy.Recompute));

            float[] Trained(ActivationPolicy activations) => AfterSteps(BranchNetwork.Create(
                Long, ConnectivityRule.Random(2), new Seeds(3), new NetworkOptions { Kernels = path, Width = kernels, Activations = activations }), learned);
        }
    }

    [Fact]
    public void Steps_of_ResNeXt_are_the_same_bit_for_bit()
    {
        Assert.Equal(Trained(ActivationPolicy.Keep), Trained(ActivationPolicy.Recompute));

        static float[] Trained(ActivationPolicy activations) =>
            AfterSteps(ResNeXt.Create(Long, new Seeds(3), new NetworkOptions { Activations = activations }), learned: false);
    }

    [Fact]
    public void A_network_that_is_evaluated_keeps_and_remakes_nothing()
    {
        using var scope = NewDisposeScope();
        using var network = BranchNetwork.Create(
            Long, ConnectivityRule.Random(2), new Seeds(3), new NetworkOptions { Activations = ActivationPolicy.Recompute });
        using var plain = BranchNetwork.Create(Long, ConnectivityRule.Random(2), new Seeds(3));
        network.eval();
        plain.eval();
        var images = RandomNetworks.Images(Long, 3, seed: 1);
        Assert.Equal(RandomNetworks.Logits(plain, images), RandomNetworks.Logits(network, images));
    }

    // Three steps: the first two move weights and statistics, all of which the third reads.
    private static float[] AfterSteps(nn.Module<Tensor, Tensor> network, bool learned)
    {
        using var scope = NewDisposeScope();
        using var owned = network;
        using var optimizer = new NesterovSgd(network, new TrainingOptions());
        var gates = (network as BranchNetwork)?.Gates;
        if (learned)
        {
            OpenAtRandom(gates!);
        }
        List<float> bits = [];
        for (var step = 0; step < 3; step++)
        {
            optimizer.ZeroGradients();
            gates?.ZeroGradients();
            var logits = network.call(RandomNetworks.Images(Long, 4, seed: 5 + (ulong)step));
            nn.functional.cross_entropy(logits, tensor([0L, 1L, 2L, 0L])).backward();
            bits.AddRange(logits.data<float>());
            optimizer.Step(0.01);
        }
        bits.AddRange(network.parameters().SelectMany(parameter => parameter.grad!.contiguous().data<float>().Concat(parameter.data<float>())));
        bits.AddRange(network.buffers().SelectMany(buffer => buffer.data<float>()));
        bits.AddRange(Enumerable.Range(1, learned ? gates!.Count : 0).SelectMany(module => gates!.Gradient(module).Cast<float>()));
        Assert.All(bits, value => Assert.True(float.IsFinite(value)));
        return [.. bits];
    }

    private static void OpenAtRandom(ConnectionGates gates)
    {
        var random = new SeededRandom(9);
        for (var module = 1; module <= gates.Count; module++)
        {
            var values = new float[4, 4];
            for (var index = 0; index < values.Length; index++)
            {
                values[index / 4, index % 4] = (float)random.NextDouble();
            }
            gates.Set(module, values);
        }
        gates.Learn();
    }
}

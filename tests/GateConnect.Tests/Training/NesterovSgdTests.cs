// The project's optimiser against the library's: the same steps (docs/decisions/0006).
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Tests.Model;
using GateConnect.Tests.Testing;
using GateConnect.Training;
using static TorchSharp.torch;

namespace GateConnect.Tests.Training;

[NoTensorLeak]
public sealed class NesterovSgdTests
{
    [Fact]
    public void Its_steps_are_those_of_the_library_and_it_leaves_gates_alone()
    {
        var options = new TrainingOptions { Momentum = 0.9, WeightDecay = 5e-3 };
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 2, 3));
        var wiring = Connectivity.Full(blueprint);
        using var own = RandomNetworks.Branches(blueprint, wiring, seed: 1);
        using var other = RandomNetworks.Branches(blueprint, wiring, seed: 1);
        using var optimizer = new NesterovSgd(own, options);
        using var expected = optim.SGD(other.parameters(), learningRate: 0.05, momentum: 0.9, weight_decay: 5e-3, nesterov: true);
        for (var step = 0; step < 4; step++)
        {
            using var scope = NewDisposeScope();
            var images = RandomNetworks.Images(blueprint, 6, seed: (ulong)step);
            optimizer.ZeroGradients();
            Loss(own, images).backward();
            optimizer.Step(0.05);
            expected.zero_grad();
            Loss(other, images).backward();
            expected.step();
        }
        foreach (var (one, two) in own.parameters().Zip(other.parameters()))
        {
            using var scope = NewDisposeScope();
            Assert.InRange((one - two).abs().max().item<float>(), 0, 1e-5f * (1 + two.abs().max().item<float>()));
        }
        Assert.True(own.IsWired(wiring));
        Assert.Equal(own.named_parameters().Select(entry => entry.name), optimizer.State.Select(entry => entry.Name));
    }

    private static Tensor Loss(BranchNetwork network, Tensor images)
    {
        network.train();
        return nn.functional.cross_entropy(network.call(images), tensor(new long[] { 0, 1, 2, 0, 1, 2 }));
    }
}

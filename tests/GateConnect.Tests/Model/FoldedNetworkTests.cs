// Folding changes how a network is computed, not what: the same scores, whole or pruned, whatever the batch.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Kernels;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using static TorchSharp.torch;

namespace GateConnect.Tests.Model;

[NoTensorLeak]
public sealed class FoldedNetworkTests
{
    private const double Tolerance = 1e-4;

    /// <summary>Width, cardinality, fan-in, image side.</summary>
    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 4, 8, 4, 16 },
        { 4, 8, 8, 8 },
        { 2, 1, 1, 8 },
        { 3, 5, 2, 11 },
        { 2, 9, 7, 10 },
        { 8, 4, 1, 32 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_scores_are_those_of_the_reference_for_any_batch(int width, int cardinality, int fanIn, int side)
    {
        using var network = Trained(width, cardinality, fanIn, side, seed: 1);
        using var folded = FoldedNetwork.Create(network);
        foreach (var batch in new[] { 3, 1, 4, 4 })
        {
            AssertSameScores(network, folded, batch);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_pruned_network_folds_too(int width, int cardinality, int fanIn, int side)
    {
        using var network = Trained(width, cardinality, fanIn, side, seed: 2);
        using var pruned = Pruner.Apply(PrunePlan.From(network.Blueprint, network.Wiring()), network);
        using var folded = FoldedNetwork.Create(pruned);
        AssertSameScores(network, folded, 2);
    }

    [Fact]
    public void Kernels_of_every_width_give_the_same_scores()
    {
        foreach (var kernels in BlockKernels.All)
        {
            using var network = Trained(4, 8, 4, 16, seed: 6);
            var options = network.Options with { Width = kernels };
            using var other = BranchNetwork.Empty(network.Blueprint, network.Wiring(), options);
            using (no_grad())
            {
                foreach (var (target, source) in NetworkTensors.Of(other).Zip(NetworkTensors.Of(network)))
                {
                    target.Value.copy_(source.Value);
                }
            }
            other.eval();
            using var folded = FoldedNetwork.Create(other);
            AssertSameScores(network, folded, 2);
        }
    }

    [Fact]
    public void What_happens_to_the_network_afterwards_does_not_reach_the_folded_one()
    {
        using var scope = NewDisposeScope();
        using var network = Trained(2, 4, 2, 8, seed: 3);
        using var folded = FoldedNetwork.Create(network);
        var images = RandomNetworks.Images(network.Blueprint, 2, seed: 4);
        var before = Scores(folded, images);
        using (no_grad())
        {
            foreach (var (_, parameter) in network.named_parameters())
            {
                parameter.zero_();
            }
        }
        Assert.Equal(before, Scores(folded, images));
    }

    [Fact]
    public void Float64_is_refused()
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 2, 2), new ImageShape(3, 8, 8));
        using var network = BranchNetwork.Create(
            blueprint, Connectivity.Random(blueprint, 1, new SeededRandom(1)), new Seeds(1), NetworkOptions.Default with { Precision = ScalarType.Float64 });
        Assert.Contains("Float64", Assert.Throws<ArgumentException>(() => FoldedNetwork.Create(network)).Message, StringComparison.Ordinal);
    }

    // A network of the reference path whose running statistics are no longer those of a fresh one.
    private static BranchNetwork Trained(int width, int cardinality, int fanIn, int side, ulong seed)
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, width, cardinality), new ImageShape(3, side, side));
        var network = RandomNetworks.Branches(blueprint, Connectivity.Random(blueprint, fanIn, new SeededRandom(seed)), seed, kernels: KernelPath.Reference);
        network.train();
        using (NewDisposeScope())
        using (no_grad())
        {
            network.call(RandomNetworks.Images(blueprint, 4, seed));
        }
        network.eval();
        return network;
    }

    private static void AssertSameScores(BranchNetwork network, FoldedNetwork folded, int batch)
    {
        using var scope = NewDisposeScope();
        var images = RandomNetworks.Images(network.Blueprint, batch, seed: 5);
        float[] expected = Scores(network, images), actual = Scores(folded, images);
        var scale = expected.Max(Math.Abs) + 1e-3;
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.True(Math.Abs(pair.First - pair.Second) < Tolerance * scale, $"{pair.First} became {pair.Second}"));
    }

    private static float[] Scores(nn.Module<Tensor, Tensor> network, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return network.call(images).data<float>().ToArray();
    }
}

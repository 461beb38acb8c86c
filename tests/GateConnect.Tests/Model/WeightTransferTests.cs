// Weights that are handed on compute at first what they computed before, under every rule that opens its gates evenly.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using static TorchSharp.torch;

namespace GateConnect.Tests.Model;

[NoTensorLeak]
public sealed class WeightTransferTests
{
    private static readonly NetworkBlueprint Blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 2, 4));

    [Theory]
    [InlineData(4)]
    [InlineData(2)]
    [InlineData(1)]
    public void With_all_gates_evenly_open_the_new_network_computes_what_a_ResNeXt_did(int fanIn)
    {
        using var source = RandomNetworks.ResNeXt(Blueprint, seed: 3);
        using var images = RandomNetworks.Images(Blueprint, count: 6, seed: 4);
        using var target = Fresh(Blueprint, fanIn, LastNormAffine.PerBranch);
        WeightTransfer.Copy(source, target, [images]);
        Open(target, (float)fanIn / 4);
        AssertClose(RandomNetworks.Logits(source, images), RandomNetworks.Logits(target, images));
    }

    [Theory]
    [InlineData(LastNormAffine.Shared, LastNormAffine.Shared)]
    [InlineData(LastNormAffine.Shared, LastNormAffine.PerBranch)]
    [InlineData(LastNormAffine.PerBranch, LastNormAffine.PerBranch)]
    public void Under_its_own_wiring_a_network_of_branches_goes_on_as_it_was(LastNormAffine from, LastNormAffine to)
    {
        var wiring = Connectivity.Random(Blueprint, 2, new SeededRandom(5));
        using var source = RandomNetworks.Branches(Blueprint, wiring, seed: 6, from);
        using var images = RandomNetworks.Images(Blueprint, count: 6, seed: 7);
        using var target = BranchNetwork.Create(Blueprint, wiring, new Seeds(9), new NetworkOptions { LastNormAffine = to });
        var before = RandomNetworks.Logits(source, images);
        WeightTransfer.Copy(source, target, [images]);
        target.eval();
        AssertClose(before, RandomNetworks.Logits(target, images));
        Assert.Equal(before, RandomNetworks.Logits(source, images));
        Assert.Equal(wiring, target.Wiring());
    }

    [Fact]
    public void A_ResNeXt_starts_from_a_ResNeXt_bit_for_bit()
    {
        using var source = RandomNetworks.ResNeXt(Blueprint, seed: 3);
        using var images = RandomNetworks.Images(Blueprint, count: 3, seed: 4);
        using var target = ResNeXt.Create(Blueprint, new Seeds(1), NetworkOptions.Default);
        WeightTransfer.Copy(source, target, []);
        target.eval();
        Assert.Equal(RandomNetworks.Logits(source, images), RandomNetworks.Logits(target, images));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Once_measured_the_last_norms_compute_in_training_mode_what_they_did_in_evaluation(int fanIn)
    {
        var wiring = Connectivity.Random(Blueprint, fanIn, new SeededRandom(5));
        using var network = RandomNetworks.Branches(Blueprint, wiring, seed: 6, LastNormAffine.PerBranch, KernelPath.Reference);
        using var images = RandomNetworks.Images(Blueprint, count: 8, seed: 7);
        var before = RandomNetworks.Logits(network, images);
        BranchMoments.Restate(network, [images]);
        AssertClose(before, RandomNetworks.Logits(network, images));
        foreach (var bank in network.modules)
        {
            bank.expandNorm.train();
        }
        AssertClose(before, RandomNetworks.Logits(network, images));
    }

    [Fact]
    public void Statistics_are_the_mean_over_batches()
    {
        var wiring = Connectivity.Full(Blueprint);
        using var once = RandomNetworks.Branches(Blueprint, wiring, seed: 6, LastNormAffine.PerBranch);
        using var thrice = RandomNetworks.Branches(Blueprint, wiring, seed: 6, LastNormAffine.PerBranch);
        using var images = RandomNetworks.Images(Blueprint, count: 8, seed: 7);
        BranchMoments.Restate(once, [images]);
        BranchMoments.Restate(thrice, [images, images, images]);
        using var scope = NewDisposeScope();
        Assert.All(once.modules.Zip(thrice.modules), pair =>
            Assert.True(pair.First.expandNorm.runningVariance.allclose(pair.Second.expandNorm.runningVariance, rtol: 1e-5)));
        Assert.Throws<ArgumentException>(() => BranchMoments.Restate(once, []));
    }

    [Fact]
    public void A_head_for_other_classes_stays_fresh()
    {
        using var source = RandomNetworks.ResNeXt(Blueprint, seed: 3);
        using var images = RandomNetworks.Images(Blueprint, count: 4, seed: 4);
        using var target = Fresh(Blueprint with { Classes = 7 }, 2, LastNormAffine.PerBranch);
        using var scope = NewDisposeScope();
        var head = target.head.weight.clone();
        WeightTransfer.Copy(source, target, [images]);
        Assert.True(head.equal(target.head.weight).all().item<bool>());
        Assert.True(source.stem.weight.equal(target.stem.weight).all().item<bool>());
    }

    [Fact]
    public void Networks_that_cannot_follow_each_other_are_refused()
    {
        using var images = RandomNetworks.Images(Blueprint, count: 2, seed: 4);
        using var published = RandomNetworks.ResNeXt(Blueprint, seed: 3);
        using var branches = RandomNetworks.Branches(Blueprint, Connectivity.Full(Blueprint), seed: 3, LastNormAffine.PerBranch);
        using var shared = Fresh(Blueprint, 2, LastNormAffine.Shared);
        using var wider = Fresh(RandomNetworks.Blueprint(new NetworkSize(11, 3, 4)), 2, LastNormAffine.PerBranch);
        Assert.Throws<ArgumentException>(() => WeightTransfer.Copy(branches, published, [images]));
        Assert.Throws<ArgumentException>(() => WeightTransfer.Copy(published, shared, [images]));
        Assert.Throws<ArgumentException>(() => WeightTransfer.Copy(branches, shared, [images]));
        var refusal = Assert.Throws<ArgumentException>(() => WeightTransfer.Copy(published, wider, [images]));
        Assert.Contains("do not fit each other at modules.0.", refusal.Message, StringComparison.Ordinal);
    }

    private static BranchNetwork Fresh(NetworkBlueprint blueprint, int fanIn, LastNormAffine affine) =>
        BranchNetwork.Create(blueprint, ConnectivityRule.Learned(fanIn), new Seeds(9), new NetworkOptions { LastNormAffine = affine });

    private static void Open(BranchNetwork network, float gate)
    {
        for (var module = 1; module <= network.Gates.Count; module++)
        {
            var values = new float[4, 4];
            for (var index = 0; index < values.Length; index++)
            {
                values[index / 4, index % 4] = gate;
            }
            network.Gates.Set(module, values);
        }
        network.eval();
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        var scale = expected.Max(Math.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-4 * scale));
    }
}

// Law 4: masked = pruned on any wiring, dead cascades included, and the pruned network has the parameters that the
// cost model promised.
using CsCheck;
using GateConnect.Architecture;
using GateConnect.Pruning;
using GateConnect.Runtime;
using GateConnect.Tests.Model;
using GateConnect.Tests.Testing;
using TorchSharp;

namespace GateConnect.Tests.Pruning;

[NoTensorLeak]
public sealed class PrunerTests
{
    private static readonly NetworkSize[] Sizes = [new(11, 2, 4), new(20, 2, 6), new(11, 3, 1), new(20, 1, 3)];

    private static readonly Gen<(NetworkSize Size, ulong Seed)> Cases =
        Gen.Select(Gen.Int[0, Sizes.Length - 1].Select(index => Sizes[index]), Gen.ULong);

    public PrunerTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void A_pruned_network_computes_what_the_masked_one_computes_with_the_promised_parameters() => Cases.Sample(
        (size, seed) =>
        {
            var random = new SeededRandom(seed);
            var affine = random.NextInt(2) == 0 ? LastNormAffine.Shared : LastNormAffine.PerBranch;
            var blueprint = RandomNetworks.Blueprint(size);
            var wiring = Connectivity.Random(blueprint, 1 + random.NextInt(size.Cardinality), random);
            using var masked = RandomNetworks.Branches(blueprint, wiring, seed, affine);
            using var images = RandomNetworks.Images(blueprint, 3, seed);
            var plan = PrunePlan.From(blueprint, wiring, affine);

            using var pruned = Pruner.Apply(plan, masked);
            var check = PruneVerifier.Check(masked, pruned, [images]);

            Assert.Equal(plan.After.Parameters, pruned.parameters().Sum(parameter => parameter.numel()));
            Assert.Equal(plan.Before.Parameters, masked.parameters().Sum(parameter => parameter.numel()));
            Assert.Equal((3, masked.FanIn), (check.Images, pruned.FanIn));
            Assert.InRange(check.MaxAbsoluteDifference, 0, 1e-5 * check.LogitScale);
            Assert.True(check.LogitScale > 0.01);
        },
        iter: 40,
        threads: 1);

    [Fact]
    public void A_chain_that_lives_on_one_block_per_module_is_pruned_to_it()
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(20, 2, 6));
        var wiring = new Connectivity([.. Enumerable.Range(1, 5).Select(module =>
            new ModuleConnectivity(module, 6, [.. Enumerable.Repeat<System.Collections.Immutable.ImmutableArray<int>>([module % 6], 6)]))]);
        using var masked = RandomNetworks.Branches(blueprint, wiring, 1);
        using var images = RandomNetworks.Images(blueprint, 2, 1);
        var plan = PrunePlan.From(blueprint, wiring);

        using var pruned = Pruner.Apply(plan, masked);

        Assert.Equal([1, 1, 1, 1, 1, 6], pruned.Blueprint.Modules.Select(module => module.Blocks));
        Assert.Equal(2, PruneVerifier.Check(masked, pruned, [images]).Images);
    }

    [Fact]
    public void A_plan_for_another_network_or_other_gates_is_refused()
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 2, 4));
        var (one, two) = (Connectivity.Random(blueprint, 2, new SeededRandom(1)), Connectivity.Random(blueprint, 2, new SeededRandom(2)));
        var other = RandomNetworks.Blueprint(new NetworkSize(11, 3, 4));
        using var network = RandomNetworks.Branches(blueprint, one, 1);

        Assert.Throws<ArgumentException>(() => Pruner.Apply(PrunePlan.From(blueprint, two), network));
        Assert.Throws<ArgumentException>(() => Pruner.Apply(PrunePlan.From(other, one), network));
    }

    [Fact]
    public void Pruning_and_checking_keep_modes_and_leave_the_full_network_alone()
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 2, 4));
        var wiring = Connectivity.Random(blueprint, 1, new SeededRandom(1));
        using var network = RandomNetworks.Branches(blueprint, wiring, 1);
        using var images = RandomNetworks.Images(blueprint, 2, 1);
        var before = RandomNetworks.Logits(network, images);
        network.train();

        using var pruned = Pruner.Apply(PrunePlan.From(blueprint, wiring), network);
        PruneVerifier.Check(network, pruned, [images]);

        Assert.True(network.training && pruned.training);
        network.eval();
        Assert.Equal(before, RandomNetworks.Logits(network, images));
    }

    [Fact]
    public void A_network_that_differs_or_is_not_finite_fails_the_check_with_numbers()
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 2, 4));
        var wiring = Connectivity.Random(blueprint, 1, new SeededRandom(1));
        using var network = RandomNetworks.Branches(blueprint, wiring, 1);
        using var other = RandomNetworks.Branches(blueprint, wiring, 2);
        using var images = RandomNetworks.Images(blueprint, 2, 1);
        using Scalar nothing = float.NaN;
        using var broken = images.full_like(nothing);

        var failure = Assert.Throws<VerificationException>(() => PruneVerifier.Check(network, other, [images]));
        Assert.Contains("on 2 images", failure.Message, StringComparison.Ordinal);
        Assert.Throws<VerificationException>(() => PruneVerifier.Check(network, network, [broken, images]));
        Assert.Throws<ArgumentException>(() => PruneVerifier.Check(network, other, []));
    }
}

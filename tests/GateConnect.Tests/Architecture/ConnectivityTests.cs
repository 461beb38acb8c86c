// What a wiring is, how its rules are spelled, how many blocks a random one leaves unread, and which blocks it leaves alive.
using CsCheck;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Runtime;
using GateConnect.Tests.Model;

namespace GateConnect.Tests.Architecture;

public sealed class ConnectivityTests
{
    [Theory]
    [InlineData(1, 0.3436)]
    [InlineData(2, 0.1001)]
    [InlineData(4, 0.0039)]
    [InlineData(8, 0.0)]
    public void A_random_wiring_leaves_a_block_unread_as_often_as_its_readers_all_miss_it(int fanIn, double share)
    {
        Assert.Equal(share, Math.Pow(1 - (fanIn / 8.0), 8), 5e-5); // the number that docs/paper.md quotes
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(20, 1, 8));
        const int wirings = 2_000, sources = 5 * 8;
        var unread = Enumerable.Range(0, wirings).Sum(seed =>
        {
            var wiring = Connectivity.Random(blueprint, fanIn, new SeededRandom((ulong)seed));
            Assert.All(wiring.Modules, module => Assert.Equal(fanIn, module.FanIn));
            return wiring.Modules.Sum(module => module.OutDegrees().Count(degree => degree == 0));
        });
        // Unread blocks of one module repel each other, so the binomial deviation is an upper bound.
        var deviation = Math.Sqrt(share * (1 - share) / (wirings * sources));
        Assert.InRange((double)unread / (wirings * sources), share - (5 * deviation), share + (5 * deviation) + 1e-4);
    }

    [Fact]
    public void In_a_regular_wiring_every_block_reads_K_blocks_is_read_by_K_and_lives() =>
        Gen.Select(Gen.Int[1, 12].SelectMany(cardinality => Gen.Int[1, cardinality].Select(fanIn => (cardinality, fanIn))), Gen.ULong).Sample((size, seed) =>
        {
            var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 1, size.cardinality));
            var wiring = Connectivity.Regular(blueprint, size.fanIn, new SeededRandom(seed));
            Assert.Equal(wiring, Connectivity.Regular(blueprint, size.fanIn, new SeededRandom(seed)));
            Assert.All(wiring.Modules, module => Assert.Equal(size.fanIn, module.FanIn));
            Assert.All(wiring.Modules.SelectMany(module => module.OutDegrees()), degree => Assert.Equal(size.fanIn, degree));
            Assert.All(wiring.LiveBlocks(blueprint).SelectMany(blocks => blocks), Assert.True);
        });

    [Fact]
    public void A_regular_wiring_with_one_source_each_reads_every_source_equally_often()
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 1, 4));
        var counts = new int[4];
        for (ulong seed = 0; seed < 4_000; seed++)
        {
            counts[Connectivity.Regular(blueprint, 1, new SeededRandom(seed)).Modules[0].Reads[2][0]]++;
        }
        var chiSquared = counts.Sum(count => (count - 1_000) * (count - 1_000) / 1_000.0);
        Assert.InRange(chiSquared, 0, 16.3); // 3 degrees of freedom: more once in a thousand
    }

    [Theory]
    [InlineData(ConnectivityKind.Full, 8, "full", "full")]
    [InlineData(ConnectivityKind.FullBranches, null, "full-branches", "full-branches")]
    [InlineData(ConnectivityKind.Random, 4, "random", "random-4")]
    [InlineData(ConnectivityKind.Regular, 4, "regular", "regular-4")]
    [InlineData(ConnectivityKind.Learned, 4, "learned", "learned-4")]
    [InlineData(ConnectivityKind.Given, 4, "given", "given-4")]
    public void A_rule_has_the_spelling_that_folders_of_results_have(ConnectivityKind kind, int? fanIn, string name, string folder)
    {
        var rule = new ConnectivityRule(kind, fanIn);
        Assert.Equal(name, kind.Text());
        Assert.Equal(folder, rule.Text(between: "-"));
        Assert.Equal(folder.Replace("-4", "4", StringComparison.Ordinal), rule.Text(between: ""));
    }

    [Fact]
    public void Rows_are_ascending_of_one_length_and_within_the_sources()
    {
        Assert.Equal(2, new ModuleConnectivity(1, 3, [[0, 2], [1, 2]]).FanIn);
        Assert.Throws<ArgumentException>(() => new ModuleConnectivity(1, 3, [[0, 2], [1]]));
        Assert.Throws<ArgumentException>(() => new ModuleConnectivity(1, 3, [[0, 3]]));
        Assert.Throws<ArgumentException>(() => new ModuleConnectivity(1, 3, [[1, 1]]));
        Assert.Throws<ArgumentException>(() => new ModuleConnectivity(1, 3, [[2, 0]]));
        Assert.Throws<ArgumentException>(() => new ModuleConnectivity(1, 3, [[]]));
    }

    [Theory]
    [InlineData(101, "3,4,23,3")] // also 9n + 2: the large family wins
    [InlineData(50, "3,4,6,3")]
    [InlineData(20, "2,2,2")]
    [InlineData(110, "12,12,12")]
    public void A_depth_says_how_many_modules_each_stage_has(int depth, string expected) =>
        Assert.Equal(expected, string.Join(',', new NetworkSize(depth, 4, 8).ModulesPerStage!));

    [Fact]
    public void A_depth_that_no_network_has_is_refused_with_the_nearest()
    {
        var mistake = Assert.Single(new NetworkSize(48, 4, 8).Mistakes());
        Assert.EndsWith("nearest valid: 47, 50, 56", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_that_only_dead_blocks_read_is_dead()
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 2, 3));
        var wiring = new Connectivity(
        [
            new ModuleConnectivity(1, 3, [[0], [1], [2]]),
            new ModuleConnectivity(2, 3, [[0], [0], [1]]), // block 2 of module 1 is dead, so block 2 of module 0 is too
        ]);
        Assert.Equal([[true, true, false], [true, true, false], [true, true, true]], wiring.LiveBlocks(blueprint));
        Assert.All(Connectivity.Full(blueprint).LiveBlocks(blueprint), module => Assert.DoesNotContain(false, module));
    }

    [Fact]
    public void A_network_of_other_blocks_is_refused() => Assert.Throws<ArgumentException>(() =>
        Connectivity.Full(RandomNetworks.Blueprint(new NetworkSize(11, 2, 3))).LiveBlocks(RandomNetworks.Blueprint(new NetworkSize(11, 2, 4))));

    [Fact]
    public void A_wiring_with_a_seed_of_its_own_is_the_same_under_every_seed()
    {
        var blueprint = NetworkBlueprint.Create(new NetworkSize(20, 4, 8), new ImageShape(3, 32, 32), classes: 10);
        var rule = ConnectivityRule.Random(4) with { WiringSeed = 9 };
        Assert.Equal(rule.InitialWiring(blueprint, new Seeds(1)), rule.InitialWiring(blueprint, new Seeds(2)));
        Assert.Equal(ConnectivityRule.Random(4).InitialWiring(blueprint, new Seeds(9)), rule.InitialWiring(blueprint, new Seeds(1)));
        Assert.NotEqual(ConnectivityRule.Random(4).InitialWiring(blueprint, new Seeds(1)), rule.InitialWiring(blueprint, new Seeds(1)));
        Assert.Contains("wiringSeed", Assert.Single((ConnectivityRule.Learned(4) with { WiringSeed = 9 }).Mistakes(8)), StringComparison.Ordinal);
    }
}

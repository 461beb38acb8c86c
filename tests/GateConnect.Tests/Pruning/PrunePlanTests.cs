// The plan is values only: what any wiring makes of it, and the text that people read before they agree.
using System.Collections.Immutable;
using System.Globalization;
using CsCheck;
using GateConnect.Architecture;
using GateConnect.Pruning;
using GateConnect.Runtime;
using GateConnect.Tests.Model;

namespace GateConnect.Tests.Pruning;

public sealed class PrunePlanTests
{
    [Fact]
    public void Any_wiring_leaves_no_module_empty_keeps_every_source_of_the_living_and_is_pruned_once()
    {
        Gen.Select(Gen.Int[1, 3].Select(stages => (9 * stages) + 2), Gen.Int[1, 7], Gen.ULong).Sample(
            (depth, cardinality, seed) =>
            {
                var random = new SeededRandom(seed);
                var blueprint = RandomNetworks.Blueprint(new NetworkSize(depth, 2, cardinality));
                var wiring = Connectivity.Random(blueprint, 1 + random.NextInt(cardinality), random);

                var plan = PrunePlan.From(blueprint, wiring);

                Assert.All(plan.Modules, module => Assert.NotEmpty(module.Kept));
                Assert.Empty(plan.Modules[^1].Dropped);
                Assert.All(plan.Modules, module => Assert.Equal(Enumerable.Range(0, cardinality), module.Kept.Concat(module.Dropped).Order()));
                foreach (var pruned in plan.PrunedConnectivity.Modules)
                {
                    var (readers, sources) = (plan.Modules[pruned.Module].Kept, plan.Modules[pruned.Module - 1].Kept);
                    Assert.DoesNotContain(0, pruned.OutDegrees());
                    var old = pruned.Reads.Select(row => row.Select(source => sources[source]));
                    Assert.Equal(readers.Select(reader => wiring.Modules[pruned.Module - 1].Reads[reader].AsEnumerable()), old);
                }
                Assert.True(plan.PrunedConnectivity.Fits(plan.Pruned));
                Assert.True(plan.After.Parameters <= plan.Before.Parameters && (plan.IsEmpty == (plan.After == plan.Before)));
                var again = PrunePlan.From(plan.Pruned, plan.PrunedConnectivity);
                Assert.True(again.IsEmpty);
                Assert.Equal((plan.Pruned, plan.PrunedConnectivity), (again.Pruned, again.PrunedConnectivity));
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public void Death_cascades_backward()
    {
        // Module 2 reads block 0 of module 1 only: its blocks 1 and 2 die, and with them what only they read.
        var plan = PrunePlan.From(Three, Wiring([[0], [1], [2]], [[0], [0], [0]]));

        Assert.Equal([[0], [0], [0, 1, 2]], plan.Modules.Select(module => module.Kept.ToArray()));
        Assert.Equal([1, 1, 3], plan.Pruned.Modules.Select(module => module.Blocks));
    }

    [Fact]
    public void The_text_names_what_goes_and_the_totals_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            var text = PrunePlan.From(Three, Wiring([[0], [1], [2]], [[0], [0], [2]])).ToString();
            Assert.StartsWith("module 0: drop block 1 of 3\nmodule 1: drop block 1 of 3\nblocks 9 -> 7, parameters ", text, StringComparison.Ordinal);
            Assert.Matches(@"parameters \d+,\d{3} -> \d+,\d{3} \(-\d+\.\d %\), multiply-adds ", text);
            text = PrunePlan.From(Three, Connectivity.Full(Three)).ToString();
            Assert.StartsWith("nothing to drop: every block is read\nblocks 9 -> 9", text, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_wiring_of_another_network_is_refused() => Assert.Throws<ArgumentException>(() =>
        PrunePlan.From(Three, Connectivity.Full(RandomNetworks.Blueprint(new NetworkSize(11, 2, 4)))));

    private static NetworkBlueprint Three => RandomNetworks.Blueprint(new NetworkSize(11, 2, 3));

    private static Connectivity Wiring(params int[][][] reads) => new(
        [.. reads.Select((rows, index) => new ModuleConnectivity(index + 1, 3, [.. rows.Select(row => row.ToImmutableArray())]))]);
}

// What the wirings are that learned gates are compared by.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Experiments;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Tests.Experiments;

public sealed class WiringControlTests
{
    private static readonly NetworkBlueprint Blueprint = NetworkBlueprint.Create(new NetworkSize(11, 2, 4), new ImageShape(1, 8, 8), 3);

    // Every row of both gated modules: k = 1 and 2 are liked most, 3 and 0 least.
    private static readonly float[,] Row = { { 0.1f, 0.9f, 0.8f, 0.2f }, { 0.1f, 0.9f, 0.8f, 0.2f }, { 0.1f, 0.9f, 0.8f, 0.2f }, { 0.1f, 0.9f, 0.8f, 0.2f } };

    [Fact]
    public void Learned_is_the_K_largest_and_reversed_the_K_smallest()
    {
        var control = Control(Row, [1, 2]);
        Assert.All(Reads(control.Wiring(WiringKind.Learned, 0)), row => Assert.Equal([1, 2], row));
        Assert.All(Reads(control.Wiring(WiringKind.Reversed, 0)), row => Assert.Equal([0, 3], row));
        Assert.All(Reads(Control(Row, [1]).Wiring(WiringKind.Reversed, 0)), row => Assert.Equal([0], row));
        Assert.All(Reads(Control(Row, [1, 2, 3]).Wiring(WiringKind.Reversed, 0)), row => Assert.Equal([0, 2, 3], row));
    }

    [Fact]
    public void Gates_that_rounding_made_equal_do_not_bring_a_learned_connection_into_the_reversed_wiring() =>
        Assert.All(Reads(Control(new float[4, 4], [2, 3]).Wiring(WiringKind.Reversed, 0)), row => Assert.Equal([0, 1], row));

    [Fact]
    public void Draws_differ_by_number_and_seed_and_are_the_same_again()
    {
        var control = Control(Row, [1, 2]);
        var other = control with { Seeds = new Seeds(2) };
        Connectivity[] draws = [control.Wiring(WiringKind.Random, 0), control.Wiring(WiringKind.Random, 1), other.Wiring(WiringKind.Random, 0)];
        Assert.Equal(3, draws.Distinct().Count());
        Assert.All(draws, draw => Assert.True(draw.Fits(Blueprint) && draw.Modules.All(module => module.FanIn == 2)));
        Assert.Equal(draws[1], control.Wiring(WiringKind.Random, 1));
    }

    [Fact]
    public void A_random_wiring_shares_K_of_C_of_the_learned_connections_on_average()
    {
        var control = Control(Row, [1, 2]);
        Assert.Equal(1, control.SharedWithLearned(control.Wiring(WiringKind.Learned, 0)));
        Assert.Equal(0, control.SharedWithLearned(control.Wiring(WiringKind.Reversed, 0)));
        // 200 draws of 8 rows of 2: the mean has a standard deviation of about 0.007.
        Assert.InRange(Enumerable.Range(0, 200).Average(draw => control.SharedWithLearned(control.Wiring(WiringKind.Random, draw))), 0.46, 0.54);
    }

    private static WiringControl Control(float[,] gates, int[] topK) => new(
        Blueprint,
        new GateSnapshot(1, [gates, gates], new Connectivity([.. Enumerable.Range(1, 2).Select(module =>
            new ModuleConnectivity(module, 4, [.. Enumerable.Repeat(topK, 4).Select(row => System.Collections.Immutable.ImmutableArray.Create(row))]))])),
        new Seeds(1));

    private static IEnumerable<int[]> Reads(Connectivity wiring) => wiring.Modules.SelectMany(module => module.Reads.Select(row => row.ToArray()));
}

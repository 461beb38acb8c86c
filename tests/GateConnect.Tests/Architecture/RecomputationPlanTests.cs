using CsCheck;
using GateConnect.Architecture;
using GateConnect.Data;

namespace GateConnect.Tests.Architecture;

public sealed class RecomputationPlanTests
{
    [Fact]
    public void Segments_are_all_modules_in_order_and_need_no_more_than_keeping_everything() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[1, 8], Gen.Int[1, 16], Gen.Int[8, 64], Gen.Enum<NetworkForm>()).Sample((units, width, cardinality, side, form) =>
        {
            var blueprint = NetworkBlueprint.Create(new NetworkSize((9 * units) + 2, width, cardinality), new ImageShape(3, side, side), classes: 10);
            var plan = RecomputationPlan.Of(blueprint, form);
            Assert.Equal(Enumerable.Range(0, blueprint.Modules.Count), plan.Segments.SelectMany(Modules));
            Assert.Equal(Ends(plan, blueprint, form), plan.KeptBytes);
            Assert.InRange(plan.KeptBytes + plan.RemadeBytes, 0, plan.SparedBytes);
        });

    // Worked by hand: modules of 4 + 1/2, 4, 2 + 2, 2, 1 + 1, 1 (output + projection, the first of one tensor, in units of 8x64x16x16
    // floats). One segment would need 1 + 16.5; cut behind the second and the fourth: 4 + 2 + 1 kept, 4.5 remade.
    [Fact]
    public void A_small_network_is_cut_where_it_costs_least()
    {
        var blueprint = NetworkBlueprint.Create(new NetworkSize(20, 4, 8), new ImageShape(3, 32, 32), classes: 10);
        var plan = RecomputationPlan.Of(blueprint, NetworkForm.Branches);
        const long unit = 8 * 64 * 16 * 16 * sizeof(float);
        Assert.Equal([new ModuleSegment(0, 1), new ModuleSegment(2, 3), new ModuleSegment(4, 5)], plan.Segments);
        Assert.Equal((7 * unit, 9 * unit / 2), (plan.KeptBytes, plan.RemadeBytes));
    }

    private static IEnumerable<int> Modules(ModuleSegment segment) => Enumerable.Range(segment.First, segment.Last - segment.First + 1);

    private static long Ends(RecomputationPlan plan, NetworkBlueprint blueprint, NetworkForm form) =>
        Enumerable.Range(0, blueprint.Modules.Count).Where(plan.Keeps).Sum(index => CostModel.Wide(blueprint, index, form).Output);
}

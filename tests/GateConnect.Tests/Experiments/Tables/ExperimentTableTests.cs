// What a table says of its rows, on made-up ones.
using GateConnect.Architecture;
using GateConnect.Experiments.Tables;
using GateConnect.Reporting;
using static GateConnect.Tests.Experiments.Tables.TableSamples;

namespace GateConnect.Tests.Experiments.Tables;

public sealed class ExperimentTableTests
{
    [Fact]
    public void Wirings_are_held_against_those_of_their_own_fan_in_and_budget_under_common_seeds()
    {
        var table = Table(
            Row(Wiring(4, 1), epochs: 5, 60, 62), Row(Wiring(4, 2), epochs: 5, 60, 62, 99),
            Row(Wiring(1, 1), epochs: 5, 40, 45), Row(Wiring(1, 2), epochs: 5, 50, 55),
            Row(Wiring(1, 1), epochs: 10, 70, 75), Row(Wiring(2, 1), epochs: 5, 10), Row(Wiring(2, 2), epochs: 5, 20),
            Row(ConnectivityRule.Random(4), epochs: 5, 30, 31));
        Assert.Equal([(4, 5), (1, 5)], table.Wirings.Select(spread => (spread.First.FanIn, spread.First.Recipe.Training.Epochs)));
        Assert.Equal(VarianceComponents.Of(new double[,] { { 60, 62 }, { 60, 62 } }), table.Wirings[0].Parts);
        Assert.Equal(VarianceComponents.Of(new double[,] { { 40, 45 }, { 50, 55 } }), table.Wirings[1].Parts);
    }

    [Fact]
    public void A_table_can_be_narrowed_to_cells_and_a_budget_and_compares_what_is_left()
    {
        var table = Table(
            Row(ConnectivityRule.Full, epochs: 10, 60, 61), Row(ConnectivityRule.Full, epochs: 20, 66, 67),
            Row(ConnectivityRule.Learned(4), epochs: 10, 62, 63), Row(ConnectivityRule.Learned(4), epochs: 20, 67, 68));
        var all = table.Rows.Select(row => row.Cell).ToList();
        Assert.Equal(table.Rows, table.Where(all).Rows);
        Assert.Equal([10, 10], table.Where(all, Budget.Parse("10/300")).Rows.Select(row => row.Recipe.Training.Epochs));
        Assert.Equal(10, Assert.Single(table.Where(all, new Budget(1 / 30.0)).Comparisons).Learned.Recipe.Training.Epochs);
        Assert.Equal(table.Rows.Take(2), table.Where([table.Rows[0].Cell]).Rows);
        Assert.Equal(table.Rows, table.Where(all, trainImages: table.Rows[0].TrainImages, imageSize: table.Rows[0].ImageSize).Rows);
        Assert.Empty(table.Where(all, trainImages: table.Rows[0].TrainImages + 1).Rows);
        Assert.Empty(table.Where(all, imageSize: table.Rows[0].ImageSize + 1).Rows);
    }

    private static ConnectivityRule Wiring(int fanIn, ulong seed) => ConnectivityRule.Random(fanIn) with { WiringSeed = seed };
}

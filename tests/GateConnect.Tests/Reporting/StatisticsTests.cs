// Means, deviations and paired tests against textbook values and laws.
using CsCheck;
using GateConnect.Reporting;

namespace GateConnect.Tests.Reporting;

public sealed class StatisticsTests
{
    private static readonly Gen<double[]> Values = Gen.Double[-50, 50].Array[2, 12];

    [Fact]
    public void A_paired_test_gives_the_textbook_values()
    {
        // Student's sleep data, 1908: extra hours with two drugs on ten patients; t = -4.0621 with 9 degrees, p = 0.002833.
        double[] first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        double[] second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        var test = PairedTest.Of(BySeed(first), BySeed(second))!.Value;
        Assert.Equal(-1.58, test.Difference.Mean, 10);
        Assert.Equal(-4.0621, test.T, 4);
        Assert.Equal(0.002833, test.P, 6);
    }

    [Fact]
    public void Only_seeds_that_both_have_count()
    {
        var first = new Dictionary<ulong, double> { [1] = 90, [2] = 80, [5] = 70 };
        var second = new Dictionary<ulong, double> { [2] = 79, [5] = 67, [9] = 1 };
        Assert.Equal(new Spread(2, Math.Sqrt(2), 2), PairedTest.Of(first, second)!.Value.Difference);
        Assert.Null(PairedTest.Of(first, new Dictionary<ulong, double> { [7] = 3 }));
        Assert.True(double.IsNaN(PairedTest.Of(first, new Dictionary<ulong, double> { [1] = 3 })!.Value.P));
    }

    [Fact]
    public void The_other_way_round_the_sign_turns_and_nothing_else() => Gen.Select(Values, Gen.Double[-3, 3]).Sample((values, shift) =>
    {
        var (first, second) = (BySeed(values), BySeed([.. values.Select((value, index) => value + shift + (index % 3 * 0.1))]));
        var (there, back) = (PairedTest.Of(first, second)!.Value, PairedTest.Of(second, first)!.Value);
        Assert.Equal(there.Difference.Mean, -back.Difference.Mean, 9);
        Assert.Equal(there.P, back.P, 9);
        Assert.InRange(there.P, 0, 1);
    });

    [Fact]
    public void A_spread_moves_with_its_values_and_stretches_with_them() =>
        Gen.Select(Values, Gen.Double[-9, 9], Gen.Double[0.1, 9]).Sample((values, shift, stretch) =>
        {
            var (before, after) = (Spread.Of(values), Spread.Of([.. values.Select(value => (stretch * value) + shift)]));
            Assert.Equal((stretch * before.Mean) + shift, after.Mean, 6);
            Assert.Equal(stretch * before.Std, after.Std, 6);
        });

    [Fact]
    public void The_same_difference_with_every_seed_is_certain_and_none_at_all_is_nothing()
    {
        Assert.Equal(0, PairedTest.Of(BySeed([3, 4]), BySeed([2, 3]))!.Value.P);
        Assert.Equal(1, PairedTest.Of(BySeed([3, 4]), BySeed([3, 4]))!.Value.P);
    }

    [Fact]
    public void Variance_is_told_apart_as_in_the_textbook()
    {
        // Box, Hunter and Hunter, penicillin: 5 blends by 4 treatments; mean squares 66 between blends, 70 / 3 between treatments,
        // 226 / 12 left; F = 3.504 with 4 and 12 degrees.
        double[,] yields = { { 89, 88, 97, 94 }, { 84, 77, 92, 79 }, { 81, 87, 87, 85 }, { 87, 92, 89, 84 }, { 79, 81, 80, 88 } };
        var parts = VarianceComponents.Of(yields);
        Assert.Equal(Math.Sqrt(226 / 12.0), parts.ResidualStd, 9);
        Assert.Equal(Math.Sqrt((66 - (226 / 12.0)) / 4), parts.RowStd, 9);
        Assert.Equal(Math.Sqrt(((70 / 3.0) - (226 / 12.0)) / 5), parts.ColumnStd, 9);
        Assert.Equal(0.0407, parts.P, 4);
    }

    [Fact]
    public void Rows_and_columns_that_add_up_leave_nothing_over() =>
        Gen.Select(Gen.Double[-9, 9].Array[2, 6], Gen.Double[-9, 9].Array[2, 6]).Sample((rows, columns) =>
        {
            var values = new double[rows.Length, columns.Length];
            for (var row = 0; row < rows.Length; row++)
            {
                for (var column = 0; column < columns.Length; column++)
                {
                    values[row, column] = rows[row] + columns[column];
                }
            }
            var parts = VarianceComponents.Of(values);
            Assert.InRange(parts.ResidualStd, 0, 1e-6);
            Assert.Equal(Spread.Of(rows).Std, parts.RowStd, 5);
            Assert.Equal(Spread.Of(columns).Std, parts.ColumnStd, 5);
        });

    private static Dictionary<ulong, double> BySeed(double[] values) =>
        values.Select((value, index) => (Seed: (ulong)index, value)).ToDictionary(entry => entry.Seed, entry => entry.value);
}

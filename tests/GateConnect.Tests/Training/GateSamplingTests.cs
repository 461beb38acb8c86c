// Law 3: exactly K distinct, each subset as often as drawing one after the other without replacement says.
using CsCheck;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Tests.Training;

public sealed class GateSamplingTests
{
    [Fact]
    public void A_draw_is_K_distinct_ascending_branches_whatever_the_row() =>
        Gen.Select(Gen.OneOf(Gen.Const(0f), Gen.Float[0f, 1f]).Array[1, 12], Gen.Int[1, 12], Gen.ULong).Sample((row, count, seed) =>
        {
            var k = Math.Min(count, row.Length);
            var drawn = GateSampling.Draw(row, k, new SeededRandom(seed));
            Assert.Equal(drawn.Distinct().Order(), drawn);
            Assert.Equal(k, drawn.Length);
            var positive = Enumerable.Range(0, row.Length).Where(index => row[index] > 0).ToArray();
            Assert.True(positive.Length > k || positive.All(drawn.Contains), "positive gates come before those that are zero");
            Assert.Equal(drawn, GateSampling.Draw(row, k, new SeededRandom(seed)));
        });

    [Theory]
    [InlineData(0.5f, 0.25f, 0.125f, 0.125f)]
    [InlineData(1f, 1f, 1f, 1f)]
    [InlineData(0f, 0f, 0f, 0f)]
    [InlineData(0.9f, 0.05f, 0.03f, 0.9f)]
    [InlineData(0.3f, 0f, 0f, 0f)]
    public void Every_subset_comes_as_often_as_drawing_without_replacement_says(float a, float b, float c, float d)
    {
        const int draws = 30_000;
        float[] row = [a, b, c, d];
        var counts = new Dictionary<(int, int), int>();
        var random = new SeededRandom(11);
        for (var draw = 0; draw < draws; draw++)
        {
            var drawn = GateSampling.Draw(row, 2, random);
            counts[(drawn[0], drawn[1])] = counts.GetValueOrDefault((drawn[0], drawn[1])) + 1;
        }
        var (chiSquared, total) = (0.0, 0.0);
        for (var i = 0; i < 4; i++)
        {
            for (var j = i + 1; j < 4; j++)
            {
                var expected = draws * (Chance(row, i, j) + Chance(row, j, i));
                var found = counts.GetValueOrDefault((i, j));
                Assert.True(expected > 0 || found == 0);
                chiSquared += expected > 0 ? (found - expected) * (found - expected) / expected : 0;
                total += expected;
            }
        }
        Assert.Equal(draws, total, 1e-6);
        Assert.InRange(chiSquared, 0, 30.9); // five degrees of freedom: passed by chance in all but 1 of 100,000
    }

    [Fact]
    public void The_top_K_are_the_largest_and_ties_go_to_the_lower_index() =>
        Gen.Select(Gen.Int[0, 3].Array[1, 12], Gen.Int[1, 12]).Sample((levels, count) =>
        {
            var k = Math.Min(count, levels.Length);
            float[] row = [.. levels.Select(level => level * 0.25f)];
            var top = GateSampling.TopK(row, k);
            Assert.Equal(top.Distinct().Order(), top);
            Assert.Equal(k, top.Length);
            foreach (var other in Enumerable.Range(0, row.Length).Except(top))
            {
                Assert.All(top, one => Assert.True(row[one] > row[other] || (row[one] == row[other] && one < other)));
            }
        });

    // First i, then j of the rest; where nothing positive is left all the rest are equally likely.
    private static double Chance(float[] row, int i, int j)
    {
        double sum = row.Sum(gate => (double)gate), rest = sum - row[i];
        return (sum > 0 ? row[i] / sum : 0.25) * (rest > 1e-12 ? row[j] / rest : 1.0 / 3);
    }
}

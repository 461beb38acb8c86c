// Draws of K without replacement: their probability in closed form, its gradient, and two ways of drawing that agree with it.
using CsCheck;
using GateConnect.Runtime;
using GateConnect.Training;
using GateConnect.Training.Rivals;

namespace GateConnect.Tests.Training.Rivals;

public sealed class PlackettLuceTests
{
    private const int Draws = 30_000;
    private static readonly float[] Scores = [0.4f, -0.3f, 1.1f, 0f];

    [Fact]
    public void The_gradient_is_the_slope_of_the_log_probability() =>
        Gen.Select(Gen.Float[-3f, 3f].Array[5], Gen.Int[1, 5], Gen.ULong).Sample((scores, count, seed) =>
        {
            int[] order = [0, 1, 2, 3, 4];
            new SeededRandom(seed).Shuffle<int>(order);
            order = order[..count];
            var gradient = PlackettLuce.Gradient(scores, order);
            for (var index = 0; index < scores.Length; index++)
            {
                const float step = 1e-2f;
                var slope = (At(step) - At(-step)) / (2 * step);
                Assert.Equal(slope, gradient[index], 1e-3);

                double At(float shift)
                {
                    var moved = (float[])scores.Clone();
                    moved[index] += shift;
                    return PlackettLuce.LogProbability(moved, order);
                }
            }
        });

    [Fact]
    public void Probabilities_of_all_orders_sum_to_one() =>
        Assert.Equal(1, Orders().Sum(order => Math.Exp(PlackettLuce.LogProbability(Scores, order))), 1e-9);

    [Fact]
    public void Orders_are_drawn_as_often_as_their_probability_says()
    {
        float[] policy = [.. PlackettLuce.Softmax(Scores).Select(weight => (float)weight)];
        AssertAgrees(random => GateSampling.DrawOrder(policy, 2, random));
    }

    [Fact]
    public void The_largest_of_scores_with_Gumbel_noise_come_in_the_same_orders_as_often() => AssertAgrees(random =>
    {
        var keys = GateSampling.Perturb(Scores, random);
        return [.. GateSampling.TopK(keys, 2).OrderByDescending(index => keys[index])];
    });

    private static void AssertAgrees(Func<SeededRandom, int[]> draw)
    {
        var (counts, random) = (new Dictionary<(int, int), int>(), new SeededRandom(12));
        for (var round = 0; round < Draws; round++)
        {
            var drawn = draw(random);
            counts[(drawn[0], drawn[1])] = counts.GetValueOrDefault((drawn[0], drawn[1])) + 1;
        }
        var chiSquared = Orders().Sum(order =>
        {
            var expected = Draws * Math.Exp(PlackettLuce.LogProbability(Scores, order));
            return Math.Pow(counts.GetValueOrDefault((order[0], order[1])) - expected, 2) / expected;
        });
        Assert.InRange(chiSquared, 0, 43.2); // eleven degrees of freedom: passed by chance in all but 1 of 100,000
    }

    private static IEnumerable<int[]> Orders() =>
        from first in Enumerable.Range(0, 4) from second in Enumerable.Range(0, 4) where second != first select (int[])[first, second];
}

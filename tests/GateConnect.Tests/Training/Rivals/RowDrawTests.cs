// The arithmetic of one row under the rivals that draw: chances in closed form, and gradients against finite differences.
using CsCheck;
using GateConnect.Runtime;
using GateConnect.Training;
using GateConnect.Training.Rivals;

namespace GateConnect.Tests.Training.Rivals;

public sealed class RowDrawTests
{
    private const int Draws = 40_000;
    private const double Step = 1e-5;

    [Fact]
    public void Whatever_was_drawn_is_scaled_to_sum_K_and_the_gradient_goes_through_the_scaling() =>
        Gen.Select(Gen.Double[0.05, 1].Array[5], Gen.Float[-1f, 1f].Array[5], Gen.Int[1, 5]).Sample((values, gradient, fanIn) =>
        {
            double[] ones = [1, 1, 1, 1, 1];
            var draw = RowDraw.Scaled([.. values], ones, values, fanIn);
            Assert.Equal(fanIn, draw.Gates.Sum(), 1e-9);
            var back = draw.Backward(gradient);
            AssertSlopes(back, values, moved => RowDraw.Scaled([.. moved], ones, moved, fanIn).Gates.Zip(gradient, (gate, slope) => gate * slope).Sum());
        });

    [Fact]
    public void Where_nothing_opens_the_likeliest_does() =>
        Assert.Equal([0, 3, 0], RowDraw.Scaled([0, 0, 0], [0, 0, 0], [0.1, 0.2, 0.1], fanIn: 3).Gates);

    [Fact]
    public void The_gradient_through_Gumbel_gates_is_that_of_relaxed_ones_with_a_threshold_that_moves() =>
        Gen.Select(Gen.Double[-1, 1].Array[5], Gen.Float[-1f, 1f].Array[5], Gen.Int[1, 4]).Sample((keys, gradient, fanIn) =>
        {
            const double temperature = 0.7;
            var back = GumbelGates.Backward(Relaxed(keys), gradient);
            for (var index = 0; index < keys.Length; index++)
            {
                var slope = (At(index, 1e-2) - At(index, -1e-2)) / 2e-2; // keys are floats
                Assert.Equal(slope * temperature, back[index], 1e-3);
            }

            double At(int index, double shift) =>
                Relaxed([.. keys.Select((key, place) => place == index ? key + shift : key)]).Zip(gradient, (gate, slope) => gate * slope).Sum();

            double[] Relaxed(double[] values) => RelaxedEstimator.RelaxRow([.. values.Select(value => (float)value)], fanIn, temperature);
        });

    [Theory]
    [InlineData(-2.0)]
    [InlineData(0.0)]
    [InlineData(1.5)]
    public void A_hard_concrete_gate_is_open_as_often_as_its_closed_form_says(double logAlpha)
    {
        var random = new SeededRandom(4);
        var open = Enumerable.Range(0, Draws).Count(_ => HardConcreteGates.Gate(logAlpha, random).Value > 0);
        var chance = HardConcreteGates.Chance(logAlpha);
        Assert.Equal(1 / (1 + Math.Exp(-(logAlpha - (2.0 / 3 * Math.Log(0.1 / 1.1))))), chance, 1e-12);
        Assert.InRange((open - (Draws * chance)) / Math.Sqrt(Draws * chance * (1 - chance)), -4.4, 4.4);
    }

    [Fact]
    public void The_slope_of_a_hard_concrete_gate_is_its_derivative_at_the_same_noise() =>
        Gen.Select(Gen.Double[-3, 3], Gen.ULong).Sample((logAlpha, seed) =>
        {
            var (value, slope) = Gate(0);
            var inside = value is > 1e-3 and < 1 - 1e-3;
            Assert.True(slope == 0 || value is > 0 and < 1);
            Assert.True(!inside || Math.Abs(((Gate(Step).Value - Gate(-Step).Value) / (2 * Step)) - slope) < 1e-6);

            (double Value, double Slope) Gate(double shift) => HardConcreteGates.Gate(logAlpha + shift, new SeededRandom(seed));
        });

    [Fact]
    public void Independent_gates_open_K_on_average()
    {
        var (scores, opened) = (new RowScores([2f, 0f, -1f, 0.5f, 0f], FanIn: 2, Temperature: 1), new double[5]);
        var random = new SeededRandom(9);
        for (var round = 0; round < Draws; round++)
        {
            var gates = SigmoidGates.Draw(scores, random).Gates;
            for (var index = 0; index < opened.Length; index++)
            {
                opened[index] += gates[index] > 0 ? 1.0 / Draws : 0;
            }
        }
        // A row that opens nothing opens its likeliest gate, the first.
        var none = scores.Chances.Aggregate(1.0, (left, chance) => left * (1 - chance));
        Assert.All(opened.Zip(scores.Chances, (share, chance) => share - chance).Index(), pair => Assert.Equal(pair.Index == 0 ? none : 0, pair.Item, 0.012));
        Assert.Equal(2, scores.Chances.Sum(), 1e-6);
    }

    private static void AssertSlopes(double[] back, double[] at, Func<double[], double> loss)
    {
        for (var index = 0; index < at.Length; index++)
        {
            var slope = (loss(Moved(index, Step)) - loss(Moved(index, -Step))) / (2 * Step);
            Assert.Equal(slope, back[index], 1e-4 * Math.Max(1, Math.Abs(slope)));
        }

        double[] Moved(int index, double shift) => [.. at.Select((value, place) => place == index ? value + shift : value)];
    }
}

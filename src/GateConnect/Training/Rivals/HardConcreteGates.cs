// Rival: hard concrete gates (Louizos, Welling, Kingma, arXiv:1712.01312), whose expected number L0 regularisation
// penalises. Here that number has to be K: instead of a weight of the penalty that would have to be found, every row of
// log alpha is shifted so that the chances to be open sum to K, which is where a multiplier would end.
using GateConnect.Runtime;

namespace GateConnect.Training.Rivals;

/// <summary>Rows of hard concrete gates.</summary>
internal static class HardConcreteGates
{
    // The paper's: temperature beta, stretched from gamma to zeta.
    private const double Temperature = 2.0 / 3, Low = -0.1, High = 1.1;

    // P(z > 0) = sigmoid(log alpha - this).
    private static readonly double Offset = Temperature * Math.Log(-Low / High);

    /// <summary>Draws a row.</summary>
    internal static RowDraw Draw(RowScores scores, SeededRandom random)
    {
        var chances = scores.Chances;
        var (values, slopes) = (new double[chances.Length], new double[chances.Length]);
        for (var source = 0; source < chances.Length; source++)
        {
            (values[source], slopes[source]) = Gate(Logit(chances[source]) + Offset, random);
        }
        return RowDraw.Scaled(values, slopes, chances, scores.FanIn);
    }

    /// <summary>P(z > 0).</summary>
    internal static double Chance(double logAlpha) => Sigmoid(logAlpha - Offset);

    /// <summary>z = clip(s (zeta - gamma) + gamma, 0, 1) with s concrete, and dz / d log alpha.</summary>
    internal static (double Value, double Slope) Gate(double logAlpha, SeededRandom random)
    {
        var concrete = Sigmoid((Logit(random.NextDouble()) + logAlpha) / Temperature);
        var stretched = (concrete * (High - Low)) + Low;
        return stretched is > 0 and < 1
            ? (stretched, (High - Low) * concrete * (1 - concrete) / Temperature)
            : (Math.Clamp(stretched, 0, 1), 0);
    }

    private static double Sigmoid(double value) => 1 / (1 + Math.Exp(-value));

    private static double Logit(double chance) => Math.Log(chance / (1 - chance));
}

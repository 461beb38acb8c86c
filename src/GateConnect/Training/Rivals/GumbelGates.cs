// Rival: Gumbel top-K. The K largest of a + Gumbel noise open: a draw without replacement in proportion to exp(a) (Kool et
// al., arXiv:1903.06059). The gradient passes it as if the gates were sigmoid((a + noise - t)/T), which sum to K.
using GateConnect.Runtime;

namespace GateConnect.Training.Rivals;

/// <summary>Rows of K gates by perturbed scores.</summary>
internal static class GumbelGates
{
    /// <summary>Draws a row.</summary>
    internal static RowDraw Draw(RowScores scores, SeededRandom random)
    {
        var keys = GateSampling.Perturb(scores.Values, random);
        var gates = new double[keys.Length];
        foreach (var source in GateSampling.TopK(keys, scores.FanIn))
        {
            gates[source] = 1;
        }
        return new RowDraw(gates, gradient => Backward(RelaxedEstimator.RelaxRow(keys, scores.FanIn, scores.Temperature), gradient));
    }

    /// <summary>The gradient of relaxed gates with respect to their scores, the threshold moving with them; 1/T is left out.</summary>
    internal static double[] Backward(double[] relaxed, float[] gradient)
    {
        var slopes = Array.ConvertAll(relaxed, gate => gate * (1 - gate));
        var total = slopes.Sum();
        var mean = total > 0 ? slopes.Zip(gradient, (slope, entry) => slope * entry).Sum() / total : 0;
        return [.. slopes.Zip(gradient, (slope, entry) => slope * (entry - mean))];
    }
}

// Rival: independent gates by straight-through. Gate k opens with chance p = sigmoid(a - t), t such that K open on average, and
// the gradient passes the draw as if it were p (Bengio et al., arXiv:1308.3432). Without t nothing would say how many open.
using GateConnect.Runtime;

namespace GateConnect.Training.Rivals;

/// <summary>Rows of independent gates.</summary>
internal static class SigmoidGates
{
    /// <summary>Draws a row.</summary>
    internal static RowDraw Draw(RowScores scores, SeededRandom random)
    {
        var chances = scores.Chances;
        double[] open = [.. chances.Select(chance => random.NextDouble() < chance ? 1.0 : 0.0)];
        return RowDraw.Scaled(open, Array.ConvertAll(chances, chance => chance * (1 - chance)), chances, scores.FanIn);
    }
}

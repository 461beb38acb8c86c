// K of C drawn one after the other in proportion to exp(a): the distribution of an order, whose probability is exact, and
// the gradient of its logarithm, by which REINFORCE moves a.
namespace GateConnect.Training.Rivals;

/// <summary>The distribution of draws without replacement.</summary>
internal static class PlackettLuce
{
    /// <summary>exp(a) over its sum.</summary>
    internal static double[] Softmax(ReadOnlySpan<float> scores)
    {
        double largest = float.NegativeInfinity, sum = 0;
        foreach (var score in scores)
        {
            largest = Math.Max(largest, score);
        }
        var weights = new double[scores.Length];
        for (var index = 0; index < weights.Length; index++)
        {
            weights[index] = Math.Exp(scores[index] - largest);
            sum += weights[index];
        }
        return Array.ConvertAll(weights, weight => weight / sum);
    }

    /// <summary>Log-probability of an order of distinct indices.</summary>
    internal static double LogProbability(ReadOnlySpan<float> scores, IReadOnlyList<int> order)
    {
        var (left, total) = (scores.ToArray(), 0.0);
        foreach (var chosen in order)
        {
            total += Math.Log(Softmax(left)[chosen]);
            left[chosen] = float.NegativeInfinity;
        }
        return total;
    }

    /// <summary>Its gradient with respect to the scores: for every draw, one for what was drawn less the chances of what was left.</summary>
    internal static double[] Gradient(ReadOnlySpan<float> scores, IReadOnlyList<int> order)
    {
        var (left, gradient) = (scores.ToArray(), new double[scores.Length]);
        foreach (var chosen in order)
        {
            var chances = Softmax(left);
            for (var index = 0; index < gradient.Length; index++)
            {
                gradient[index] -= chances[index];
            }
            gradient[chosen]++;
            left[chosen] = float.NegativeInfinity;
        }
        return gradient;
    }
}

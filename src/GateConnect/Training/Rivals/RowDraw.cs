// One row of gates as one batch sees it. Whatever was drawn is scaled so that the row sums to K, because the share K that
// every source gives its shortcut counts on it (docs/decisions/0005): too few open gates speak louder, too many softer.
namespace GateConnect.Training.Rivals;

/// <summary>The gates of one block for one batch.</summary>
/// <param name="Gates">What the sources are multiplied with; they sum to K.</param>
/// <param name="Backward">From the gradient of the gates to that of the scores that they were drawn from.</param>
internal sealed record RowDraw(double[] Gates, Func<float[], double[]> Backward)
{
    /// <summary>Values scaled to sum K, with the gradient through the scaling and straight through what drew them.</summary>
    /// <param name="values">What was drawn, each at least 0; where all are 0 the largest chance opens.</param>
    /// <param name="slopes">What a value moves by when its score does.</param>
    /// <param name="chances">How likely each was to open.</param>
    /// <param name="fanIn">K.</param>
    internal static RowDraw Scaled(double[] values, double[] slopes, double[] chances, int fanIn)
    {
        if (values.Sum() <= 0)
        {
            values[Array.IndexOf(chances, chances.Max())] = 1;
        }
        var factor = fanIn / values.Sum();
        var gates = Array.ConvertAll(values, value => factor * value);
        return new RowDraw(gates, gradient =>
        {
            var mean = gates.Zip(gradient, (gate, slope) => gate * slope).Sum() / fanIn;
            return [.. gradient.Zip(slopes, (slope, through) => factor * (slope - mean) * through)];
        });
    }
}

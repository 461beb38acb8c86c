// The relaxed rule (PAPER section 2): s_jk = sigmoid((a_jk - t_j)/T) with t_j such that a row sums to K, T falling
// geometrically over the phase, and a moved by dL/ds itself, row-centred and divided by its RMS over the module.
// It starts as all gates half open and ends within rounding of its own top-K; no batch sees a random wiring.
using GateConnect.Architecture;
using GateConnect.Model;

namespace GateConnect.Training;

/// <summary>The estimator <c>relaxed</c>. Draws nothing.</summary>
public sealed class RelaxedEstimator : IGateEstimator
{
    private readonly float[][,] scores;
    private readonly float[][,] relaxed;
    private readonly float[][,] averages;
    private readonly int fanIn;
    private readonly GateOptions options;

    /// <summary>All scores a at 0: every gate at K/C.</summary>
    public RelaxedEstimator(NetworkBlueprint blueprint, int fanIn, GateOptions options)
    {
        (scores, this.fanIn, this.options) = (GateMatrices.Filled(blueprint, 0f), fanIn, options);
        relaxed = GateMatrices.Filled(blueprint, 0f);
        averages = GateMatrices.Filled(blueprint, 0f);
        Relax(options.InitialTemperature);
    }

    /// <summary>s at the temperature of the last batch.</summary>
    public IReadOnlyList<float[,]> RealGates => relaxed;

    /// <summary>The scores a, then s (phase 2 still reports it, though nothing sets it there), then the averaged gradients.</summary>
    public IReadOnlyList<float[,]> State => [.. scores, .. relaxed, .. averages];

    /// <inheritdoc/>
    public bool ReadsGradients => true;

    /// <inheritdoc/>
    public Connectivity TopK() => GateMatrices.TopK(scores, fanIn);

    /// <inheritdoc/>
    public void Prepare(GateMoment moment, ConnectionGates gates)
    {
        Relax(options.TemperatureAt(moment.Progress));
        for (var module = 1; module <= relaxed.Length; module++)
        {
            gates.Set(module, relaxed[module - 1]);
        }
    }

    /// <inheritdoc/>
    public void Update(GateMoment moment, ConnectionGates gates)
    {
        var step = (float)(options.Step * (options.StepSchedule == GateStepSchedule.Linear ? 1 - moment.Progress : 1));
        for (var module = 1; module <= scores.Length; module++)
        {
            var gradient = GateMatrices.Average(averages[module - 1], gates.Gradient(module), options.Averaging);
            GateMatrices.CentreRows(gradient);
            GateMatrices.DivideByRootMeanSquare(gradient);
            GateMatrices.Descend(scores[module - 1], gradient, step);
        }
    }

    /// <summary>sigmoid((a - t)/T) with t by bisection such that the row sums to K.</summary>
    internal static double[] RelaxRow(ReadOnlySpan<float> row, int fanIn, double temperature)
    {
        double low = -1e3, high = 1e3;
        foreach (var score in row)
        {
            low = Math.Min(low, score - 1e3);
            high = Math.Max(high, score + 1e3);
        }
        var gates = new double[row.Length];
        for (var round = 0; round < 80; round++)
        {
            var threshold = (low + high) / 2;
            double sum = 0;
            for (var source = 0; source < row.Length; source++)
            {
                gates[source] = 1.0 / (1.0 + Math.Exp((threshold - row[source]) / temperature));
                sum += gates[source];
            }
            (low, high) = sum > fanIn ? (threshold, high) : (low, threshold);
        }
        return gates;
    }

    private void Relax(double temperature)
    {
        for (var index = 0; index < scores.Length; index++)
        {
            for (var reader = 0; reader < scores[index].GetLength(0); reader++)
            {
                var gates = RelaxRow(GateSampling.Row(scores[index], reader), fanIn, temperature);
                for (var source = 0; source < gates.Length; source++)
                {
                    relaxed[index][reader, source] = (float)gates[source];
                }
            }
        }
    }
}

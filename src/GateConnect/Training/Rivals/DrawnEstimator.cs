// The rivals that draw gates for every batch and move scores by a gradient through the draw: sigmoid, gumbel, hard-concrete.
// They differ in how a row is drawn. What they do with the gradient is what the relaxed rule does (centred, over its RMS, times
// a step), so that estimators are compared and not step sizes.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;

namespace GateConnect.Training.Rivals;

/// <summary>The scores of one block, from which its gates are drawn.</summary>
/// <param name="Values">The scores a, log-odds.</param>
/// <param name="FanIn">K.</param>
/// <param name="Temperature">T at this batch.</param>
internal sealed record RowScores(float[] Values, int FanIn, double Temperature)
{
    /// <summary>sigmoid(a - t), which sum to K.</summary>
    internal double[] Chances => RelaxedEstimator.RelaxRow(Values, FanIn, temperature: 1);
}

/// <summary>How a row is drawn.</summary>
internal delegate RowDraw DrawRow(RowScores scores, SeededRandom random);

/// <summary>Scores moved through draws. Draws are a pure function of (seed, step, module, block).</summary>
internal sealed class DrawnEstimator : IGateEstimator
{
    private readonly float[][,] scores;
    private readonly RowDraw[][] draws;
    private readonly GateTask task;
    private readonly DrawRow draw;

    /// <summary>All scores at 0.</summary>
    internal DrawnEstimator(GateTask task, DrawRow draw)
    {
        (scores, this.task, this.draw) = (GateMatrices.Filled(task.Blueprint, 0f), task, draw);
        draws = Array.ConvertAll(scores, matrix => new RowDraw[matrix.GetLength(0)]);
    }

    /// <summary>sigmoid(a - t), which sum to K: the chances of independent gates.</summary>
    public IReadOnlyList<float[,]> RealGates => GateMatrices.MapRows(scores, row => new RowScores(row, task.FanIn, 1).Chances);

    /// <inheritdoc/>
    public IReadOnlyList<float[,]> State => scores;

    /// <inheritdoc/>
    public bool ReadsGradients => true;

    /// <inheritdoc/>
    public Connectivity TopK() => GateMatrices.TopK(scores, task.FanIn);

    /// <inheritdoc/>
    public void Prepare(GateMoment moment, ConnectionGates gates)
    {
        var temperature = task.Options.TemperatureAt(moment.Progress);
        for (var module = 1; module <= scores.Length; module++)
        {
            var open = (float[,])scores[module - 1].Clone();
            for (var reader = 0; reader < open.GetLength(0); reader++)
            {
                var row = new RowScores(GateSampling.Row(open, reader).ToArray(), task.FanIn, temperature);
                draws[module - 1][reader] = draw(row, task.Seeds.Generator(Seeds.Gates, moment.Step, module, reader));
                GateMatrices.SetRow(open, reader, draws[module - 1][reader].Gates);
            }
            gates.Set(module, open);
        }
    }

    /// <inheritdoc/>
    public void Update(GateMoment moment, ConnectionGates gates)
    {
        for (var module = 1; module <= scores.Length; module++)
        {
            var gradient = gates.Gradient(module);
            for (var reader = 0; reader < gradient.GetLength(0); reader++)
            {
                GateMatrices.SetRow(gradient, reader, draws[module - 1][reader].Backward(GateSampling.Row(gradient, reader).ToArray()));
            }
            GateMatrices.CentreRows(gradient);
            GateMatrices.DivideByRootMeanSquare(gradient);
            GateMatrices.Descend(scores[module - 1], gradient, (float)task.Options.DrawStep);
        }
    }
}

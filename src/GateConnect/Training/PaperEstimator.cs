// The paper's rule (PAPER section 2): draw K distinct branches per block and batch in proportion to the real gates,
// and move those by the gradient of the binary ones: g~ <- clip(g~ - eta dL/dg, 0, 1). Centring, RMS and annealed
// draws are options, off by default.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;

namespace GateConnect.Training;

/// <summary>The estimator <c>paper</c>. Draws are a pure function of (seed, step, module, block).</summary>
public sealed class PaperEstimator : IGateEstimator
{
    private readonly float[][,] real;
    private readonly int fanIn;
    private readonly GateOptions options;
    private readonly Seeds seeds;

    /// <summary>All real gates at 0.5.</summary>
    public PaperEstimator(NetworkBlueprint blueprint, int fanIn, GateOptions options, Seeds seeds) =>
        (real, this.fanIn, this.options, this.seeds) = (GateMatrices.Filled(blueprint, 0.5f), fanIn, options, seeds);

    /// <inheritdoc/>
    public IReadOnlyList<float[,]> RealGates => real;

    /// <inheritdoc/>
    public IReadOnlyList<float[,]> State => real;

    /// <inheritdoc/>
    public bool ReadsGradients => true;

    /// <inheritdoc/>
    public Connectivity TopK() => GateMatrices.TopK(real, fanIn);

    /// <inheritdoc/>
    public void Prepare(GateMoment moment, ConnectionGates gates)
    {
        for (var module = 1; module <= real.Length; module++)
        {
            var matrix = real[module - 1];
            var open = new float[matrix.GetLength(0), matrix.GetLength(1)];
            for (var reader = 0; reader < open.GetLength(0); reader++)
            {
                var random = seeds.Generator(Seeds.Gates, moment.Step, module, reader);
                var settled = options.Annealing == DrawAnnealing.Linear && random.NextDouble() < moment.Progress;
                var row = GateSampling.Row(matrix, reader);
                foreach (var source in settled ? GateSampling.TopK(row, fanIn) : GateSampling.Draw(row, fanIn, random))
                {
                    open[reader, source] = 1f;
                }
            }
            gates.Set(module, open);
        }
    }

    /// <inheritdoc/>
    public void Update(GateMoment moment, ConnectionGates gates)
    {
        for (var module = 1; module <= real.Length; module++)
        {
            var gradient = gates.Gradient(module);
            if (options.Centring == GateCentring.Row)
            {
                GateMatrices.CentreRows(gradient);
            }
            var step = moment.LearningRate * options.RateFactor;
            if (options.Scaling == GateScaling.RootMeanSquare)
            {
                GateMatrices.DivideByRootMeanSquare(gradient);
                step = options.Step;
            }
            Descend(real[module - 1], gradient, (float)step);
        }
    }

    private static void Descend(float[,] gates, float[,] gradient, float step)
    {
        for (var reader = 0; reader < gates.GetLength(0); reader++)
        {
            for (var source = 0; source < gates.GetLength(1); source++)
            {
                gates[reader, source] = Math.Clamp(gates[reader, source] - (step * gradient[reader, source]), 0f, 1f);
            }
        }
    }
}

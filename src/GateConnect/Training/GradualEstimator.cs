// The gradual rule (docs/decisions/0019-gradual.md): every block starts reading all C branches, each at K/C, and closes one gate
// after another until K are left, for good. Which one: that whose gradient, summed over the batches since the last closing, says
// that the loss falls most, or rises least, without it. Between closings the weights have time to settle, and no gate comes back
// to undo what the others learned from its absence. Where blocks are to be kept (GateOptions.KeepBlocks), a gate without which
// some block could no longer be read by anyone stays open (BlockCoverage), and the next one closes.
using GateConnect.Architecture;
using GateConnect.Model;

namespace GateConnect.Training;

/// <summary>The estimator <c>gradual</c>. Draws nothing.</summary>
public sealed class GradualEstimator : IGateEstimator
{
    // Blocks close their gates at different moments, spread evenly by the golden ratio: few change at once.
    private const double Spread = 0.6180339887498949;

    private readonly float[][,] open;
    private readonly float[][,] evidence;
    private readonly int fanIn;
    private readonly GateOptions options;

    /// <summary>All gates open.</summary>
    public GradualEstimator(NetworkBlueprint blueprint, int fanIn, GateOptions options)
    {
        (open, evidence) = (GateMatrices.Filled(blueprint, 1f), GateMatrices.Filled(blueprint, 0f));
        (this.fanIn, this.options) = (fanIn, options);
    }

    /// <summary>K shared evenly by the open gates of a block; 0 for the closed.</summary>
    public IReadOnlyList<float[,]> RealGates => GateMatrices.MapRows(open, row => [.. row.Select(gate => gate * fanIn / (double)row.Sum())]);

    /// <summary>Which gates are open, 1 or 0; then their gradients, summed since the last closing of their block.</summary>
    public IReadOnlyList<float[,]> State => [.. open, .. evidence];

    /// <inheritdoc/>
    public bool ReadsGradients => true;

    /// <summary>Of the open gates the K that the loss would miss most.</summary>
    public Connectivity TopK()
    {
        var left = open.Select(matrix => (float[,])matrix.Clone()).ToArray();
        for (var index = 0; index < left.Length; index++)
        {
            for (var reader = 0; reader < left[index].GetLength(0); reader++)
            {
                Close(left[index], index, reader, left[index].GetLength(1) - fanIn);
            }
        }
        return GateMatrices.TopK(left, fanIn);
    }

    /// <inheritdoc/>
    public void Prepare(GateMoment moment, ConnectionGates gates)
    {
        var real = RealGates;
        for (var module = 1; module <= real.Count; module++)
        {
            gates.Set(module, real[module - 1]);
        }
    }

    /// <inheritdoc/>
    public void Update(GateMoment moment, ConnectionGates gates)
    {
        var block = 0;
        for (var index = 0; index < open.Length; index++)
        {
            GateMatrices.Descend(evidence[index], gates.Gradient(index + 1), step: -1);
            for (var reader = 0; reader < open[index].GetLength(0); reader++)
            {
                var due = Due(moment.Progress, block++ * Spread % 1, open[index].GetLength(1) - fanIn);
                if (Close(open[index], index, reader, due) > 0)
                {
                    GateMatrices.SetRow(evidence[index], reader, new double[open[index].GetLength(1)]);
                }
            }
        }
    }

    // How many of a block's gates should be closed by now.
    private int Due(double progress, double offset, int closings)
    {
        var share = (progress - options.ClosingStart) / (1 - options.ClosingStart);
        return Math.Clamp((int)Math.Floor((share * closings) - offset) + 1, 0, closings);
    }

    // Closes gates of a row until so many are closed, those first without which the loss falls most. Returns how many it closed.
    private int Close(float[,] gates, int index, int reader, int due)
    {
        var row = GateSampling.Row(gates, reader).ToArray();
        var missing = due - row.Count(gate => gate == 0);
        if (missing <= 0)
        {
            return 0;
        }
        var closed = 0;
        foreach (var source in Enumerable.Range(0, row.Length).Where(source => row[source] > 0)
            .OrderByDescending(source => evidence[index][reader, source]).ThenByDescending(source => source))
        {
            if (closed < missing && MayClose(gates, reader, source))
            {
                gates[reader, source] = 0f;
                closed++;
            }
        }
        return closed;
    }

    private bool MayClose(float[,] gates, int reader, int source) => !options.KeepBlocks || BlockCoverage.Spares(gates, fanIn, (reader, source));
}

// Rival: reinforcement learning with weight sharing (Williams 1992; as a search, Pham et al., arXiv:1802.03268). A policy draws
// a wiring for every batch, rows independent, K of C in proportion to exp(a); the reward is minus the loss of the batch that
// trained under it, less a moving average and over its deviation. No gradient of a gate is read.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;

namespace GateConnect.Training.Rivals;

/// <summary>The estimator <c>reinforce</c>. Draws are a pure function of (seed, step, module, block).</summary>
internal sealed class ReinforceEstimator : IGateEstimator
{
    // Columns of the memory.
    private const int Seen = 0, Baseline = 1, Variance = 2;

    private readonly float[][,] scores;
    private readonly float[,] memory = new float[1, 3];
    private readonly int[][][] orders;
    private readonly GateTask task;

    /// <summary>All scores at 0: every wiring is equally likely.</summary>
    internal ReinforceEstimator(GateTask task)
    {
        (scores, this.task) = (GateMatrices.Filled(task.Blueprint, 0f), task);
        orders = Array.ConvertAll(scores, matrix => new int[matrix.GetLength(0)][]);
    }

    /// <summary>exp(a) over its sum in the row: what draws are made from.</summary>
    public IReadOnlyList<float[,]> RealGates => GateMatrices.MapRows(scores, row => PlackettLuce.Softmax(row));

    /// <summary>The scores a, then how many rewards were seen (0, 1, or 2 for more), their average, and their variance about it.</summary>
    public IReadOnlyList<float[,]> State => [.. scores, memory];

    /// <inheritdoc/>
    public bool ReadsGradients => false;

    /// <inheritdoc/>
    public Connectivity TopK() => GateMatrices.TopK(scores, task.FanIn);

    /// <inheritdoc/>
    public void Prepare(GateMoment moment, ConnectionGates gates)
    {
        for (var (module, policy) = (1, RealGates); module <= scores.Length; module++)
        {
            var open = new float[policy[module - 1].GetLength(0), policy[module - 1].GetLength(1)];
            for (var reader = 0; reader < open.GetLength(0); reader++)
            {
                var random = task.Seeds.Generator(Seeds.Gates, moment.Step, module, reader);
                orders[module - 1][reader] = GateSampling.DrawOrder(GateSampling.Row(policy[module - 1], reader), task.FanIn, random);
                foreach (var source in orders[module - 1][reader])
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
        var step = task.Options.PolicyStep * Advantage(-moment.Loss);
        for (var index = 0; index < scores.Length; index++)
        {
            for (var reader = 0; reader < orders[index].Length; reader++)
            {
                var row = GateSampling.Row(scores[index], reader).ToArray();
                var gradient = PlackettLuce.Gradient(row, orders[index][reader]);
                GateMatrices.SetRow(scores[index], reader, [.. row.Zip(gradient, (score, slope) => score + (step * slope))]);
            }
        }
    }

    // How much better than usual, in standard deviations; 0 for the first reward, with which nothing can be compared.
    private double Advantage(double reward)
    {
        var (seen, baseline, decay) = (memory[0, Seen], memory[0, Baseline], task.Options.BaselineDecay);
        var difference = seen == 0 ? 0 : reward - baseline;
        memory[0, Seen] = Math.Min(2, seen + 1);
        memory[0, Baseline] = (float)(seen == 0 ? reward : baseline + ((1 - decay) * difference));
        memory[0, Variance] = (float)(seen < 2 ? difference * difference : (decay * memory[0, Variance]) + ((1 - decay) * difference * difference));
        return memory[0, Variance] > 0 ? difference / Math.Sqrt(memory[0, Variance]) : 0;
    }
}

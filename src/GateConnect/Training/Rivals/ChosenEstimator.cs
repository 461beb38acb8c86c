// The rivals that learn no gates: phase 1 trains weights under random wirings or with all gates evenly open, and at its end a
// wiring is chosen from the trained weights, by measuring candidates or by the weights' size. A choice depends on weights
// and seeds alone, so a run that ended within it makes it again.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;

namespace GateConnect.Training.Rivals;

/// <summary>What a rule may ask of the network that phase 1 trained.</summary>
/// <param name="Loss">Loss of a wiring on training images that were set aside, with the shared weights.</param>
/// <param name="Norms">How large weights are.</param>
internal sealed record PhaseEnd(Func<Connectivity, double> Loss, Func<WeightNorms> Norms);

/// <summary>A rule that chooses its wiring at the end of phase 1.</summary>
internal sealed class ChosenEstimator : IGateEstimator
{
    // So much a gate may differ from even: a hint of some random wiring, so that the top-K means one before the choice too.
    private const double Lean = 1e-3;

    private readonly float[][,] gates;
    private readonly int fanIn;
    private readonly Action<long, ConnectionGates> prepare;
    private readonly Func<PhaseEnd, Connectivity> choose;

    private ChosenEstimator(GateTask task, Action<long, ConnectionGates> prepare, Func<PhaseEnd, Connectivity> choose)
    {
        (fanIn, this.prepare, this.choose) = (task.FanIn, prepare, choose);
        var random = task.Seeds.Generator(Seeds.Gates);
        gates = GateMatrices.MapRows(
            Even(task), row => Array.ConvertAll(row, gate => gate * (1 - (Lean * random.NextDouble()))));
    }

    /// <summary>A rule that trains under wirings drawn uniformly, one for each batch, which all share the weights.</summary>
    internal static ChosenEstimator AfterRandomWirings(GateTask task, Func<PhaseEnd, Connectivity> choose) => new(
        task, (step, gates) => gates.Fix(Connectivity.Random(task.Blueprint, task.FanIn, task.Seeds.Generator(Seeds.Gates, step))), choose);

    /// <summary>A rule that trains with every gate at K/C, which is FullBranches but for the scale of the residuals.</summary>
    internal static ChosenEstimator AfterEvenGates(GateTask task, Func<PhaseEnd, Connectivity> choose) => new(
        task,
        (_, gates) =>
        {
            foreach (var (index, matrix) in Even(task).Index())
            {
                gates.Set(index + 1, matrix);
            }
        },
        choose);

    /// <summary>About K/C each before the choice, then 1 and 0.</summary>
    public IReadOnlyList<float[,]> RealGates => gates;

    /// <inheritdoc/>
    public IReadOnlyList<float[,]> State => gates;

    /// <inheritdoc/>
    public bool ReadsGradients => false;

    /// <inheritdoc/>
    public Connectivity TopK() => GateMatrices.TopK(gates, fanIn);

    /// <inheritdoc/>
    public void Prepare(GateMoment moment, ConnectionGates gates) => prepare(moment.Step, gates);

    /// <summary>Nothing: no gate is learned.</summary>
    public void Update(GateMoment moment, ConnectionGates gates)
    {
    }

    /// <summary>Chooses; what was before remains where that ends by an exception.</summary>
    internal void Choose(PhaseEnd end)
    {
        foreach (var module in choose(end).Modules)
        {
            Array.Copy(module.ToGates(), gates[module.Module - 1], gates[module.Module - 1].Length);
        }
    }

    private static float[][,] Even(GateTask task) => GateMatrices.Filled(task.Blueprint, (float)task.FanIn / task.Blueprint.Size.Cardinality);
}

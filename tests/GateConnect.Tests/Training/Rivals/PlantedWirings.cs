// A problem with a known answer and no network: every block has K good sources, and the loss is the number of open gates that
// are not good.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Model;
using GateConnect.Training;
using GateConnect.Training.Rivals;
using static TorchSharp.torch;

namespace GateConnect.Tests.Training.Rivals;

internal sealed class PlantedWirings : IDisposable
{
    internal const int FanIn = 2;
    internal static readonly NetworkBlueprint Blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 2, 4));

    private readonly ConnectionGates gates = new(Blueprint, ScalarType.Float32, CPU);

    internal Connectivity Good { get; } = Connectivity.Random(Blueprint, FanIn, new SeededRandom(3));

    internal static GateTask Task(GateOptions options) => new(Blueprint, FanIn, options, new Seeds(1));

    /// <summary>Share of good connections; one half by chance.</summary>
    internal double Found(Connectivity wiring) => 1 - GateDiagnostics.Churn(Good, wiring);

    /// <summary>A phase 1 and the choice at its end, where there is one.</summary>
    internal Connectivity Learn(IGateEstimator rule, int steps)
    {
        gates.Learn();
        for (var step = 0; step < steps; step++)
        {
            Step(rule, new GateMoment(step, (double)step / steps, LearningRate: 0.1));
        }
        (rule as ChosenEstimator)?.Choose(new PhaseEnd(Loss, Norms));
        return rule.TopK();
    }

    public void Dispose() => gates.Dispose();

    internal double Loss(Connectivity wiring) => 1 - Found(wiring);

    internal void Step(IGateEstimator rule, GateMoment moment)
    {
        using var scope = NewDisposeScope();
        rule.Prepare(moment, gates);
        gates.Learn();
        gates.ZeroGradients();
        var loss = zeros(1);
        foreach (var module in Good.Modules)
        {
            loss -= (gates.Of(module.Module) * tensor(module.ToGates())).sum();
        }
        loss.sum().backward();
        rule.Update(moment with { Loss = loss.sum().item<float>() }, gates);
    }

    private WeightNorms Norms() => new([.. Good.Modules.Select(module => module.ToGates())], [.. Good.Modules.Select(module => module.ToGates())]);
}

// From the name of a rule to the rule.
using GateConnect.Architecture;
using GateConnect.Runtime;
using GateConnect.Training.Rivals;

namespace GateConnect.Training;

/// <summary>What a rule is to learn.</summary>
/// <param name="Blueprint">The network.</param>
/// <param name="FanIn">K.</param>
/// <param name="Options">The rule and its options.</param>
/// <param name="Seeds">Where draws come from.</param>
internal sealed record GateTask(NetworkBlueprint Blueprint, int FanIn, GateOptions Options, Seeds Seeds);

/// <summary>Makes rules.</summary>
internal static class GateEstimators
{
    /// <summary>The rule that the options name, at its start.</summary>
    internal static IGateEstimator Create(GateTask task) => task.Options.Estimator switch
    {
        EstimatorKind.Paper => new PaperEstimator(task.Blueprint, task.FanIn, task.Options, task.Seeds),
        EstimatorKind.Relaxed => new RelaxedEstimator(task.Blueprint, task.FanIn, task.Options),
        EstimatorKind.Gradual => new GradualEstimator(task.Blueprint, task.FanIn, task.Options),
        EstimatorKind.Sigmoid => new DrawnEstimator(task, SigmoidGates.Draw),
        EstimatorKind.Gumbel => new DrawnEstimator(task, GumbelGates.Draw),
        EstimatorKind.HardConcrete => new DrawnEstimator(task, HardConcreteGates.Draw),
        EstimatorKind.Reinforce => new ReinforceEstimator(task),
        EstimatorKind.RandomSearch => ChosenEstimator.AfterRandomWirings(task, end => WiringSearch.Random(task, end.Loss)),
        EstimatorKind.Evolution => ChosenEstimator.AfterRandomWirings(task, end => WiringSearch.Evolve(task, end.Loss)),
        EstimatorKind.MagnitudeConnections => ChosenEstimator.AfterEvenGates(task, end => end.Norms().LargestConnections(task.FanIn)),
        EstimatorKind.MagnitudeBlocks => ChosenEstimator.AfterEvenGates(task, end => end.Norms().LargestBlocks(task.FanIn)),
        var other => throw new ArgumentOutOfRangeException(nameof(task), other, "no such rule"),
    };
}

// One whole training step as TrainingLoop makes it in the gate phase: gates, forward, loss, backward, finite check,
// weights, gates. A rival without gates skips them, and no rival pays for our finite check.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Training;
using static TorchSharp.torch;

namespace GateConnect.Experiments.Bench;

/// <summary>A network in training, as a contender. Owns network, optimiser and batch.</summary>
internal sealed class TrainingStep : IContender
{
    // Small, so that weights stay near their start: nothing overflows or becomes denormal however long it is timed.
    private const double Rate = 0.001;

    private readonly Trainee trainee;
    private readonly RandomBatch batch;
    private readonly NesterovSgd optimizer;
    private readonly RelaxedEstimator? estimator;

    internal TrainingStep(Trainee trainee, NetworkBlueprint blueprint, int fanIn, RandomBatch batch, TensorLayout layout)
    {
        (this.trainee, this.batch, Layout) = (trainee, batch, layout);
        optimizer = new NesterovSgd(trainee.Network, new TrainingOptions());
        trainee.Network.train();
        if (trainee.Gates is { } gates)
        {
            estimator = new RelaxedEstimator(blueprint, fanIn, new GateOptions());
            gates.Learn();
        }
    }

    /// <inheritdoc/>
    public TensorLayout Layout { get; }

    /// <inheritdoc/>
    public double Seconds(int times) => Elapsed.Seconds(Step, times);

    public void Dispose()
    {
        optimizer.Dispose();
        trainee.Network.Dispose();
        batch.Dispose();
    }

    private void Step()
    {
        using var scope = NewDisposeScope();
        var moment = new GateMoment(Step: 0, Progress: 0.5, Rate);
        estimator?.Prepare(moment, trainee.Gates!);
        optimizer.ZeroGradients();
        trainee.Gates?.ZeroGradients();
        var loss = nn.functional.cross_entropy(trainee.Network.call(batch.Images), batch.Labels);
        loss.backward();
        if (trainee.IsOurs)
        {
            RequireFinite(loss.item<float>());
        }
        optimizer.Step(Rate);
        estimator?.Update(moment, trainee.Gates!);
    }

    private void RequireFinite(float loss)
    {
        if (!float.IsFinite(loss) || !double.IsFinite(optimizer.SquaredGradient()))
        {
            throw new DivergedException($"the loss of a timed step is {loss}, or its gradient is not finite: nothing was measured");
        }
    }
}

/// <summary>A network to be trained.</summary>
/// <param name="Network">Owned by the step.</param>
/// <param name="Gates">Its gates, or null.</param>
/// <param name="IsOurs">Whether the step makes our finite check too.</param>
internal sealed record Trainee(nn.Module<Tensor, Tensor> Network, ConnectionGates? Gates, bool IsOurs);

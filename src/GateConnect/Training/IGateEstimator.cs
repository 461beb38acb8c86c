// What the training loop asks of a rule that learns gates. PaperEstimator, RelaxedEstimator and GradualEstimator implement
// it, and the rivals that they are compared with (Rivals); GateEstimators makes the one that an option names.
using GateConnect.Architecture;
using GateConnect.Model;

namespace GateConnect.Training;

/// <summary>Where phase 1 stands at a step.</summary>
/// <param name="Step">Step of the run, from 0.</param>
/// <param name="Progress">Share of phase 1 that is over, in [0, 1).</param>
/// <param name="LearningRate">Of the weights at this step.</param>
public readonly record struct GateMoment(long Step, double Progress, double LearningRate)
{
    /// <summary>Loss of the batch, as it is minimised; NaN while gates are prepared.</summary>
    public double Loss { get; init; } = double.NaN;
}

/// <summary>A rule that learns gates: before every batch it sets them, after the backward pass it moves the real ones.</summary>
public interface IGateEstimator
{
    /// <summary>The real-valued gates per module from module 1 on, [readers, sources], each in [0, 1].</summary>
    IReadOnlyList<float[,]> RealGates { get; }

    /// <summary>All that the rule remembers, for checkpoints. Writing into these matrices restores the rule.</summary>
    IReadOnlyList<float[,]> State { get; }

    /// <summary>Whether <see cref="Update"/> reads gate gradients; where it does not, none are computed.</summary>
    bool ReadsGradients { get; }

    /// <summary>Sets the gates of the coming batch.</summary>
    void Prepare(GateMoment moment, ConnectionGates gates);

    /// <summary>Moves the real-valued gates by the gradients of the last backward pass, or by its loss.</summary>
    void Update(GateMoment moment, ConnectionGates gates);

    /// <summary>The K largest gates per block; ties go to the lower index.</summary>
    Connectivity TopK();
}

// The same trained weights measured under other wirings: the doing of what WiringControl decides.
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Experiments;

/// <summary>Where the running statistics of the norms come from when the wiring is changed.</summary>
public enum NormSource
{
    /// <summary>Taken anew under each wiring, the learned one too, so that wirings are compared and not stale statistics.</summary>
    Measured,

    /// <summary>Those that the network was saved with, which belong to the wiring it was trained with.</summary>
    Kept,
}

/// <summary>One kind of wiring, measured.</summary>
/// <param name="Kind">How the wirings were chosen.</param>
/// <param name="Draws">One entry per wiring; only Random has more than one.</param>
public sealed record WiringResult(WiringKind Kind, IReadOnlyList<WiringDraw> Draws)
{
    /// <summary>Mean top-1 over the draws, in percent.</summary>
    public double Top1Percent => Draws.Average(draw => draw.Evaluation.Top1Percent);

    /// <summary>Standard deviation of top-1 over the draws (n - 1), in points; NaN where there is one draw.</summary>
    public double StdTop1Percent => Spread.Of([.. Draws.Select(draw => draw.Evaluation.Top1Percent)]).Std;

    /// <summary>Mean top-5 over the draws, in percent.</summary>
    public double Top5Percent => Draws.Average(draw => draw.Evaluation.Top5Percent);

    /// <summary>Mean loss over the draws, in nats.</summary>
    public double Loss => Draws.Average(draw => draw.Evaluation.Loss);
}

/// <summary>One wiring, measured.</summary>
/// <param name="Evaluation">On the test images.</param>
/// <param name="SharedWithLearned">Share of its connections that the learned wiring has too, 0 to 1.</param>
public sealed record WiringDraw(Evaluation Evaluation, double SharedWithLearned);

/// <summary>A trained network and the images it is measured on.</summary>
/// <param name="Network">Stays the caller's; its gates are those of the last wiring afterwards, all else is as it was.</param>
/// <param name="Training">What statistics are taken on: the training images, augmented as in training.</param>
/// <param name="Test">What accuracy is measured on.</param>
/// <param name="BatchSize">Images per batch when statistics are taken.</param>
/// <param name="Statistics">Where the norms' statistics come from.</param>
public sealed record WiringTrial(
    BranchNetwork Network, TrainingData Training, ImageDataset Test, int BatchSize, NormSource Statistics = NormSource.Measured)
{
    /// <summary>Batches of training images that statistics are taken on, the same ones for every wiring.</summary>
    public const int StatisticsBatches = 20;

    /// <summary>Measures one kind of wiring.</summary>
    /// <param name="control">Chooses the wirings.</param>
    /// <param name="kind">Which kind.</param>
    /// <param name="draws">How many wirings of the kind Random; the other kinds have one.</param>
    /// <param name="cancel">Ends it between batches.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public WiringResult Measure(WiringControl control, WiringKind kind, int draws, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(control);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(draws);
        using var statistics = new NormStatistics(Network);
        try
        {
            return new WiringResult(
                kind, [.. Enumerable.Range(0, kind == WiringKind.Random ? draws : 1).Select(draw => Draw(control, kind, draw, statistics, cancel))]);
        }
        finally
        {
            statistics.Restore();
        }
    }

    private WiringDraw Draw(WiringControl control, WiringKind kind, int draw, NormStatistics statistics, CancellationToken cancel)
    {
        var wiring = control.Wiring(kind, draw);
        Network.Gates.Fix(wiring);
        if (Statistics == NormSource.Measured)
        {
            // The seed of order and augmentation is the same for every wiring.
            var options = new BatchOptions(BatchSize, new Seeds(1), Network.Options.Device);
            var loader = BatchLoader.ForTraining(Training.Train, Training.Normalization, Training.Augmentation, options);
            statistics.Measure(loader, StatisticsBatches, cancel);
        }
        return new WiringDraw(Evaluator.Run(Network, Test, Training.Normalization, cancel), control.SharedWithLearned(wiring));
    }
}

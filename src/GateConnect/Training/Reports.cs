// The values that come out of training: one per epoch, one per evaluation. Nothing here reads a clock.
using System.Globalization;
using System.Text.Json.Serialization;

namespace GateConnect.Training;

/// <summary>What the steps of an epoch learned.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrainingPhase>))]
public enum TrainingPhase
{
    /// <summary>Gates and weights together.</summary>
    [JsonStringEnumMemberName("gates")]
    Gates,

    /// <summary>Weights only, under a fixed wiring. The only phase of the rules that learn no gates.</summary>
    [JsonStringEnumMemberName("weights")]
    Weights,
}

/// <summary>One epoch, as it stands in metrics.jsonl.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Phase">The phase of the epoch's last step.</param>
/// <param name="Steps">Optimiser steps so far.</param>
/// <param name="TrainLoss">Mean loss over the epoch's training images.</param>
/// <param name="TrainTop1Percent">Accuracy over the epoch's training images, in training mode.</param>
/// <param name="HeldLoss">Loss on the images held out, or null where there are none.</param>
/// <param name="HeldTop1Percent">Accuracy on the images held out, or null.</param>
/// <param name="LearningRate">Of the epoch's last step.</param>
/// <param name="GateEntropy">
/// Mean over blocks of the entropy of the normalised real gates over that of the uniform draw, 0 to 1; null without learned gates.
/// </param>
/// <param name="GateChurn">Share of the top-K connections that are new since the epoch before, 0 to 1; null without learned gates.</param>
/// <param name="LiveBlocks">Per module, the blocks that would survive pruning under the present top-K; null for ResNeXt.</param>
public sealed record EpochReport(
    int Epoch,
    TrainingPhase Phase,
    long Steps,
    double TrainLoss,
    double TrainTop1Percent,
    double? HeldLoss,
    double? HeldTop1Percent,
    double LearningRate,
    double? GateEntropy,
    double? GateChurn,
    IReadOnlyList<int>? LiveBlocks)
{
    /// <summary>One line for a terminal; the same text in every culture.</summary>
    public override string ToString()
    {
        var held = HeldTop1Percent is { } percent
            ? string.Create(CultureInfo.InvariantCulture, $", held out {percent:F2} %")
            : "";
        var learns = Phase == TrainingPhase.Gates ? "gates and weights" : "weights          ";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {Epoch,3}  learns {learns}  loss {TrainLoss:F4}, train {TrainTop1Percent:F2} %{held}");
    }
}

/// <summary>Where a run stands between two steps; drives progress bars.</summary>
/// <param name="Step">Optimiser steps so far.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="Epoch">From 1.</param>
/// <param name="Epochs">Epochs of the whole run.</param>
/// <param name="Phase">What this step learned.</param>
/// <param name="Loss">Running mean of the loss over this epoch.</param>
/// <param name="Top1Percent">Running accuracy over this epoch.</param>
/// <param name="Images">Training images seen so far in this call.</param>
public readonly record struct StepReport(
    long Step, long TotalSteps, int Epoch, int Epochs, TrainingPhase Phase, double Loss, double Top1Percent, long Images);

/// <summary>Where a search for a wiring stands (<c>random-search</c> and <c>evolution</c>).</summary>
/// <param name="Measured">Wirings measured so far, from 1.</param>
/// <param name="Candidates">Wirings to measure in all.</param>
/// <param name="Loss">Of the one just measured, in nats; infinite where it is not finite.</param>
/// <param name="BestLoss">The lowest so far.</param>
public readonly record struct SearchReport(int Measured, int Candidates, double Loss, double BestLoss);

/// <summary>A network measured on a dataset in evaluation mode.</summary>
/// <param name="Images">How many images.</param>
/// <param name="Loss">Mean cross-entropy, in nats.</param>
/// <param name="Top1Percent">Share of images whose class has the highest score.</param>
/// <param name="Top5Percent">Share of images whose class is among the five highest (all, where there are fewer classes).</param>
/// <param name="Confusion">Counts, [true class][predicted class].</param>
public sealed record Evaluation(
    int Images, double Loss, double Top1Percent, double Top5Percent, IReadOnlyList<IReadOnlyList<int>> Confusion)
{
    /// <summary>No more mistakes than these are kept.</summary>
    public const int MostMistakes = 36;

    /// <summary>The mistakes that the network was surest of, surest first; of equal ones the earlier image.</summary>
    public IReadOnlyList<ConfidentMistake> Mistakes { get; init; } = [];

    /// <summary>One line for a terminal; the same text in every culture.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"top-1 {Top1Percent:F2} %, top-5 {Top5Percent:F2} %, loss {Loss:F4} on {Images} images");

    /// <summary>Accuracy per class in percent, NaN where a class has no image.</summary>
    public double[] PerClassPercent() =>
        [.. Confusion.Select((row, label) => row.Sum() == 0 ? double.NaN : 100.0 * row[label] / row.Sum())];
}

/// <summary>An image that a network takes for another class.</summary>
/// <param name="Image">Its place among the images measured on, from 0.</param>
/// <param name="True">Its class.</param>
/// <param name="Predicted">The class with the highest score.</param>
/// <param name="Probability">What the network gives that class, 0 to 1.</param>
public sealed record ConfidentMistake(int Image, int True, int Predicted, double Probability);

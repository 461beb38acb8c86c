// What the end of phase 1 offers to rules that choose a wiring then: the loss of any wiring with the weights that all
// wirings share, on training images that phase 1 never saw (test images are never touched). Norms work on the batch, as in
// training: their running statistics belong to the draws seen (Training/NormStatistics.cs) and are put back at the end.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Training.Rivals;

/// <summary>The network of a job at the end of phase 1.</summary>
internal sealed class SharedWeights
{
    private readonly TrainingJob job;
    private readonly ImageDataset aside;
    private readonly BranchNetwork network;

    internal SharedWeights(TrainingJob job)
    {
        (this.job, network) = (job, (BranchNetwork)job.Network);
        (LearnedFrom, aside) = SetAside(job.Data.Train, job.Options.Gates, job.Seeds);
    }

    /// <summary>
    /// What phase 1 learns from: all images, as many and in the same places; but where a search measures candidates, others stand
    /// for those that are set aside.
    /// </summary>
    internal ImageDataset LearnedFrom { get; }

    /// <summary>Lets a rule choose; weights and statistics stay, gates are those of the last candidate.</summary>
    /// <exception cref="OperationCanceledException">Cancelled: nothing was chosen.</exception>
    internal void Choose(ChosenEstimator rule, CancellationToken cancel)
    {
        using var statistics = new NormStatistics(network);
        var (measured, best) = (0, double.PositiveInfinity);
        try
        {
            rule.Choose(new PhaseEnd(Reported, () => WeightNorms.Of(network)));
        }
        finally
        {
            statistics.Restore();
        }

        double Reported(Connectivity wiring)
        {
            var loss = Loss(wiring, cancel);
            (measured, best) = (measured + 1, Math.Min(best, loss));
            job.OnSearch?.Invoke(new SearchReport(measured, job.Options.Gates.Candidates, loss, best));
            return loss;
        }
    }

    /// <summary>Mean cross-entropy of a wiring on the images set aside; infinite where it is not finite.</summary>
    internal double Loss(Connectivity wiring, CancellationToken cancel)
    {
        network.Gates.Fix(wiring);
        // Equal batches: statistics of a small last one would say little.
        var batches = Math.Max(1, (int)Math.Round((double)aside.Count / job.Options.BatchSize));
        var loader = BatchLoader.ForEvaluation(aside, job.Data.Normalization, (aside.Count + batches - 1) / batches, network.Options.Device);
        using var frozen = no_grad();
        var total = 0.0;
        foreach (var batch in loader.Epoch(0))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            total += batch.Count * nn.functional.cross_entropy(network.call(batch.Images), batch.Labels).item<float>();
        }
        return double.IsFinite(total) ? total / aside.Count : double.PositiveInfinity;
    }

    private static (ImageDataset LearnedFrom, ImageDataset Aside) SetAside(ImageDataset train, GateOptions options, Seeds seeds)
    {
        if (!options.Searches)
        {
            return (train, train.Subset([]));
        }
        var (random, order) = (seeds.Generator($"{Seeds.Split}/search"), Enumerable.Range(0, train.Count).ToArray());
        random.Shuffle<int>(order);
        var (aside, kept) = (order[..options.SetAside(train.Count)], order[options.SetAside(train.Count)..]);
        var learned = Enumerable.Range(0, train.Count).ToArray();
        Array.ForEach(aside, index => learned[index] = kept[random.NextInt(kept.Length)]);
        return (train.Subset(learned), train.Subset(aside));
    }
}

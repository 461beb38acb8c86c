// All that changes while a training runs, in one place, so that a checkpoint can neither miss nor repeat anything.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>Sums over the images of an epoch so far.</summary>
internal readonly record struct EpochMeter(double LossSum, long Correct, long Images)
{
    internal double Loss => Images == 0 ? 0 : LossSum / Images;

    internal double Top1Percent => Images == 0 ? 0 : 100.0 * Correct / Images;

    internal EpochMeter Add(double meanLoss, long correct, int images) =>
        new(LossSum + (meanLoss * images), Correct + correct, Images + images);
}

/// <summary>The state of a training. Owns optimiser and average, not the network.</summary>
internal sealed class TrainingState : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> network;

    internal TrainingState(TrainingJob job)
    {
        network = job.Network;
        BatchesPerEpoch = BatchPlan.FullBatches(job.Data.Train.Count, job.Options.BatchSize);
        Optimizer = new NesterovSgd(network, job.Options);
        Average = job.Options.EmaDecay is { } decay ? new WeightAverage(network, decay) : null;
        if (job.Rule.Kind == ConnectivityKind.Learned && network is BranchNetwork { Gates.Count: > 0 } branches)
        {
            Estimator = GateEstimators.Create(new GateTask(branches.Blueprint, branches.FanIn, job.Options.Gates, job.Seeds));
        }
    }

    /// <summary>Steps done.</summary>
    internal long Step { get; set; }

    /// <summary>Sums of the present epoch.</summary>
    internal EpochMeter Meter { get; set; }

    /// <summary>Steps that an epoch has.</summary>
    internal long BatchesPerEpoch { get; }

    /// <summary>How often the training diverged and went back.</summary>
    internal int Rollbacks { get; set; }

    /// <summary>What every rate is multiplied by: half for each rollback.</summary>
    internal double RateShare => Math.Pow(0.5, Rollbacks);

    /// <summary>The reports of all epochs so far.</summary>
    internal List<EpochReport> Reports { get; set; } = [];

    /// <summary>The gates at the end of all epochs so far; empty where none are learned.</summary>
    internal List<GateSnapshot> Snapshots { get; set; } = [];

    internal NesterovSgd Optimizer { get; }

    internal WeightAverage? Average { get; }

    internal IGateEstimator? Estimator { get; }

    /// <summary>Every tensor that a checkpoint keeps, by name; the tensors themselves, not copies.</summary>
    internal IEnumerable<(string Name, Tensor Value)> Tensors =>
    [
        .. network.state_dict().Select(entry => ($"network.{entry.Key}", entry.Value)),
        .. Optimizer.State.Select(entry => ($"momentum.{entry.Name}", entry.Value)),
        .. (Average?.State ?? []).Select(entry => ($"average.{entry.Name}", entry.Value)),
    ];

    public void Dispose()
    {
        Optimizer.Dispose();
        Average?.Dispose();
    }
}

// The running statistics of a network's norms, kept aside, taken anew, put back. Those of the thin norms belong to the
// wiring under which they were collected (PAPER section 3): whoever changes the wiring of a trained network and
// measures it with the old ones measures the statistics as well.
using GateConnect.Data;
using GateConnect.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>A copy of a network's running statistics, which can be put back. Owns the copy; the network stays the caller's.</summary>
public sealed class NormStatistics : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> network;
    private readonly RunningStatistics kept;

    /// <summary>Copies the present statistics.</summary>
    public NormStatistics(nn.Module<Tensor, Tensor> network)
    {
        ArgumentNullException.ThrowIfNull(network);
        (this.network, kept) = (network, new RunningStatistics([network]));
    }

    /// <summary>Puts the copy back.</summary>
    public void Restore() => kept.Restore();

    /// <summary>
    /// Takes the network's statistics anew: the plain mean over the first batches, in training mode, no weight moved.
    /// The old ones do not enter, so the result does not depend on what was measured before.
    /// </summary>
    /// <param name="loader">Training images; read on into later epochs where one is too short.</param>
    /// <param name="batches">How many batches, at least 1.</param>
    /// <param name="cancel">Checked between batches; the statistics are of no use then, <see cref="Restore"/> them.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Measure(BatchLoader loader, int batches, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(loader);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batches);
        var wasTraining = network.training;
        network.train();
        try
        {
            Average(Enumerable.Range(0, batches).SelectMany(epoch => loader.Epoch(epoch)).Take(batches), batches, cancel);
        }
        finally
        {
            network.train(wasTraining);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => kept.Dispose();

    // From zero, one batch leaves Momentum times its own statistics behind.
    private void Average(IEnumerable<Batch> batches, int count, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using Scalar share = 1.0 / (ChannelNorm.Momentum * count); // held while libtorch reads it (docs/memory.md)
        var live = kept.Live.ToArray();
        var means = Array.ConvertAll(live, statistic => zeros_like(statistic));
        foreach (var batch in batches)
        {
            cancel.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            Array.ForEach(live, statistic => statistic.zero_());
            _ = network.call(batch.Images);
            for (var index = 0; index < means.Length; index++)
            {
                means[index].add_(live[index], alpha: share);
            }
        }
        for (var index = 0; index < means.Length; index++)
        {
            live[index].copy_(means[index]);
        }
    }
}

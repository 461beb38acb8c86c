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
    private readonly (Tensor Live, Tensor Kept)[] entries;

    /// <summary>Copies the present statistics.</summary>
    public NormStatistics(nn.Module<Tensor, Tensor> network)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var frozen = no_grad();
        this.network = network;
        entries = [.. network.named_buffers().Select(buffer => (buffer.buffer, buffer.buffer.clone().DetachFromDisposeScope()))];
    }

    /// <summary>Puts the copy back.</summary>
    public void Restore()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (live, kept) in entries)
        {
            live.copy_(kept);
        }
    }

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
    public void Dispose()
    {
        foreach (var entry in entries)
        {
            entry.Kept.Dispose();
        }
    }

    // From zero, one batch leaves Momentum times its own statistics behind.
    private void Average(IEnumerable<Batch> batches, int count, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using Scalar share = 1.0 / (ChannelNorm.Momentum * count); // held while libtorch reads it (docs/memory.md)
        var means = Array.ConvertAll(entries, entry => zeros_like(entry.Live));
        foreach (var batch in batches)
        {
            cancel.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            Array.ForEach(entries, entry => entry.Live.zero_());
            _ = network.call(batch.Images);
            for (var index = 0; index < means.Length; index++)
            {
                means[index].add_(entries[index].Live, alpha: share);
            }
        }
        for (var index = 0; index < means.Length; index++)
        {
            entries[index].Live.copy_(means[index]);
        }
    }
}

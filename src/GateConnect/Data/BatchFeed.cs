// Prepares batches of one epoch ahead of the consumer, on one background thread, in plain managed memory. The bound is
// the number of buffers: the thread waits for one to come back. No tensor is made here, because TorchSharp's dispose
// scopes belong to the thread that opened them.
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace GateConnect.Data;

/// <summary>A running prefetch of one epoch. Disposing it stops the thread and waits for it.</summary>
internal sealed class BatchFeed : IDisposable
{
    private readonly BatchPlan plan;
    private readonly BatchPosition first;
    private readonly BlockingCollection<BatchBuffer> free = [];
    private readonly BlockingCollection<BatchBuffer> ready = [];
    private readonly CancellationTokenSource stop = new();
    private readonly Thread worker;
    private ExceptionDispatchInfo? failure;

    /// <summary>Starts preparing batches from <paramref name="first"/> to the end of its epoch.</summary>
    internal BatchFeed(BatchPlan plan, BatchPosition first, IReadOnlyList<BatchBuffer> buffers)
    {
        (this.plan, this.first) = (plan, first);
        foreach (var buffer in buffers)
        {
            free.Add(buffer);
        }
        worker = new Thread(Prepare) { IsBackground = true, Name = "batch prefetch" };
        worker.Start();
    }

    /// <summary>The next batch, or null after the last; give it back with <see cref="Return"/>.</summary>
    /// <remarks>Rethrows what went wrong on the thread, with its stack, after the batches before it.</remarks>
    internal BatchBuffer? Take()
    {
        if (ready.TryTake(out var buffer, Timeout.Infinite))
        {
            return buffer;
        }
        failure?.Throw();
        return null;
    }

    /// <summary>Gives a buffer back to be filled again.</summary>
    internal void Return(BatchBuffer buffer) => free.Add(buffer);

    /// <summary>Stops within the time of one image and releases the thread.</summary>
    public void Dispose()
    {
        stop.Cancel();
        worker.Join();
        free.Dispose();
        ready.Dispose();
        stop.Dispose();
    }

    private void Prepare()
    {
        try
        {
            var order = plan.Order(first.Epoch);
            for (var batch = first.Batch; batch < plan.BatchesPerEpoch; batch++)
            {
                var buffer = free.Take(stop.Token);
                plan.Fill(buffer, new BatchPosition(first.Epoch, batch), order, stop.Token);
                ready.Add(buffer);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The consumer stopped early; nothing is wrong.
        }
#pragma warning disable CA1031 // An exception must not end the process from a background thread; the consumer gets it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failure = ExceptionDispatchInfo.Capture(error);
        }
        finally
        {
            ready.CompleteAdding();
        }
    }
}

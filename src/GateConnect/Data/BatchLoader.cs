// Batches for training and evaluation. Order and augmentation are pure functions of (seed, epoch, index), so a position
// of two numbers is all it takes to go on after an interruption.
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using GateConnect.Runtime;
using TorchSharp;

namespace GateConnect.Data;

/// <summary>How batches are made.</summary>
/// <param name="BatchSize">Images per batch, at least 1.</param>
/// <param name="Seeds">Order (<see cref="Seeds.Shuffle"/>) and augmentation (<see cref="Seeds.Augment"/>).</param>
/// <param name="Device">Where the tensors go.</param>
public sealed record BatchOptions(int BatchSize, Seeds Seeds, torch.Device Device);

/// <summary>
/// Makes batches of a dataset, prefetching on one background thread into three reused buffers. The tensors are made on
/// the consumer's thread and belong to the loader: each batch is disposed when the consumer asks for the next one or
/// leaves the loop. Enumerate on one thread at a time; the dataset stays the caller's.
/// </summary>
public sealed class BatchLoader
{
    private const int BufferCount = 3;

    private readonly BatchPlan plan;
    private readonly torch.Device device;
    private readonly ConcurrentBag<BatchBuffer> pool = [];

    private BatchLoader(BatchPlan plan, torch.Device device) => (this.plan, this.device) = (plan, device);

    /// <summary>
    /// Shuffled anew every epoch and augmented. An incomplete last batch is dropped; a dataset smaller than one batch
    /// makes one batch of all its images.
    /// </summary>
    /// <exception cref="ArgumentException">The dataset is empty, or a value does not fit.</exception>
    /// <exception cref="ConfigurationException">The augmentation does not fit the images.</exception>
    public static BatchLoader ForTraining(
        ImageDataset dataset, Normalization normalization, Augmentation augmentation, BatchOptions options)
    {
        var transform = new ImageTransform(dataset.Shape, normalization, augmentation, options.Seeds);
        return new BatchLoader(new BatchPlan(dataset, transform, BatchOrder.Shuffled, options), options.Device);
    }

    /// <summary>In the dataset's order, not augmented, with the incomplete last batch.</summary>
    /// <exception cref="ArgumentException">The dataset is empty, or a value does not fit.</exception>
    public static BatchLoader ForEvaluation(ImageDataset dataset, Normalization normalization, int batchSize, torch.Device device)
    {
        var options = new BatchOptions(batchSize, default, device);
        var transform = new ImageTransform(dataset.Shape, normalization, Augmentation.None, options.Seeds);
        return new BatchLoader(new BatchPlan(dataset, transform, BatchOrder.Sequential, options), device);
    }

    /// <summary>How many batches an epoch has.</summary>
    public int BatchesPerEpoch => plan.BatchesPerEpoch;

    /// <summary>Images seen in an epoch.</summary>
    public int ImagesPerEpoch => Math.Min(plan.Dataset.Count, plan.BatchesPerEpoch * plan.BatchSize);

    /// <summary>
    /// The first batch that was not handed out yet: while the consumer holds batch b it is already (epoch, b + 1), and
    /// (epoch + 1, 0) from the last batch on, so it is what a checkpoint written after the step must keep.
    /// </summary>
    public BatchPosition Position { get; private set; }

    /// <summary>The batches of an epoch from <paramref name="firstBatch"/> on, the same as an uninterrupted epoch has there.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="firstBatch">0 to <see cref="BatchesPerEpoch"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such batch.</exception>
    public IEnumerable<Batch> Epoch(int epoch, int firstBatch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(firstBatch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstBatch, BatchesPerEpoch);
        return Enumerate(new BatchPosition(epoch, firstBatch));
    }

    private IEnumerable<Batch> Enumerate(BatchPosition first)
    {
        var buffers = RentBuffers();
        try
        {
            using var feed = new BatchFeed(plan, first, buffers);
            while (feed.Take() is { } buffer)
            {
                using var batch = ToTensors(buffer, first.Epoch);
                feed.Return(buffer);
                Position = batch.Index + 1 < BatchesPerEpoch
                    ? new BatchPosition(first.Epoch, batch.Index + 1)
                    : new BatchPosition(first.Epoch + 1, 0);
                yield return batch;
            }
        }
        finally
        {
            Array.ForEach(buffers, pool.Add); // the feed is disposed by now, nobody writes to them
        }
    }

    private BatchBuffer[] RentBuffers()
    {
        var buffers = new BatchBuffer[Math.Min(BufferCount, BatchesPerEpoch)];
        for (var index = 0; index < buffers.Length; index++)
        {
            buffers[index] = pool.TryTake(out var kept) ? kept : plan.NewBuffer();
        }
        return buffers;
    }

    // Detached from any scope the consumer has open: the loader is the owner.
    private Batch ToTensors(BatchBuffer buffer, int epoch)
    {
        var shape = plan.Dataset.Shape;
        var images = torch.empty(buffer.Count, shape.Channels, shape.Height, shape.Width); // [batch, channels, H, W]
        var labels = torch.empty(buffer.Count, dtype: torch.int64); // [batch]
        MemoryMarshal.AsBytes(buffer.Images.AsSpan(0, buffer.Count * shape.ByteCount)).CopyTo(images.bytes);
        MemoryMarshal.AsBytes(buffer.Labels.AsSpan(0, buffer.Count)).CopyTo(labels.bytes);
        return new Batch(Owned(images), Owned(labels), new BatchPosition(epoch, buffer.Index));
    }

    private torch.Tensor Owned(torch.Tensor tensor)
    {
        var placed = tensor.to(device, disposeAfter: true);
        return placed.DetachFromDisposeScope();
    }
}

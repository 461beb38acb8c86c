// Which images make up which batch, and what the floats of a batch are: all of the loader's arithmetic, with neither a
// thread nor a tensor in it. Everything here is a pure function of (seed, epoch, batch).
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>The order of images within an epoch, and what happens to a last batch that is not full.</summary>
internal enum BatchOrder
{
    /// <summary>A new permutation every epoch; an incomplete last batch is dropped.</summary>
    Shuffled,

    /// <summary>As the dataset has them; an incomplete last batch is kept.</summary>
    Sequential,
}

/// <summary>Plain memory for one batch, used again and again.</summary>
/// <param name="Images">[batch, channels, height, width], filled from the start.</param>
/// <param name="Labels">[batch].</param>
internal sealed record BatchBuffer(float[] Images, long[] Labels)
{
    /// <summary>Which batch of the epoch is in it.</summary>
    internal int Index { get; set; }

    /// <summary>How many images are in it.</summary>
    internal int Count { get; set; }
}

/// <summary>Batches of one dataset under one order and one transform. Immutable.</summary>
internal sealed class BatchPlan
{
    private readonly ImageTransform transform;
    private readonly BatchOrder order;
    private readonly Seeds seeds;

    internal BatchPlan(ImageDataset dataset, ImageTransform transform, BatchOrder order, BatchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BatchSize, nameof(options));
        if (dataset.Count == 0)
        {
            throw new ArgumentException("no images to make batches of", nameof(dataset));
        }
        (Dataset, this.transform, this.order, seeds) = (dataset, transform, order, options.Seeds);
        BatchSize = Math.Min(options.BatchSize, dataset.Count);
        BatchesPerEpoch = order == BatchOrder.Shuffled
            ? FullBatches(dataset.Count, options.BatchSize)
            : (dataset.Count + BatchSize - 1) / BatchSize;
    }

    internal ImageDataset Dataset { get; }

    /// <summary>Images of a full batch: what was asked for, or the whole dataset where that is smaller.</summary>
    internal int BatchSize { get; }

    internal int BatchesPerEpoch { get; }

    /// <summary>Batches of a shuffled epoch: incomplete ones are dropped, and where there are fewer images than a batch has, all are one.</summary>
    internal static int FullBatches(int images, int batchSize) => images / Math.Min(batchSize, images);

    /// <summary>The dataset's indices in the order of <paramref name="epoch"/>.</summary>
    internal int[] Order(int epoch)
    {
        int[] indices = [.. Enumerable.Range(0, Dataset.Count)];
        if (order == BatchOrder.Shuffled)
        {
            seeds.Generator(Seeds.Shuffle, epoch).Shuffle<int>(indices);
        }
        return indices;
    }

    /// <summary>Memory for one batch.</summary>
    internal BatchBuffer NewBuffer() => new(new float[BatchSize * Dataset.Shape.ByteCount], new long[BatchSize]);

    /// <summary>Fills <paramref name="buffer"/> with batch <paramref name="batch"/> of the epoch whose order is given.</summary>
    internal void Fill(BatchBuffer buffer, BatchPosition batch, int[] order, CancellationToken stop)
    {
        var floats = Dataset.Shape.ByteCount;
        var start = batch.Batch * BatchSize;
        (buffer.Index, buffer.Count) = (batch.Batch, Math.Min(BatchSize, Dataset.Count - start));
        if (Dataset.Photos is not null)
        {
            ParallelDecoding.ForEach(buffer.Count, Fill, stop);
            return;
        }
        for (var slot = 0; slot < buffer.Count; slot++)
        {
            stop.ThrowIfCancellationRequested();
            Fill(slot);
        }

        void Fill(int slot)
        {
            var index = order[start + slot];
            transform.Apply(Dataset, index, buffer.Images.AsSpan(slot * floats, floats), batch.Epoch);
            buffer.Labels[slot] = Dataset.Label(index);
        }
    }
}

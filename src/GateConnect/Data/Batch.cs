// One batch as the training loop sees it: two tensors and where in the run they are.
using TorchSharp;

namespace GateConnect.Data;

/// <summary>A position in a run: the next batch to come.</summary>
/// <param name="Epoch">From 0.</param>
/// <param name="Batch">From 0, below the number of batches of an epoch.</param>
public readonly record struct BatchPosition(int Epoch, int Batch);

/// <summary>
/// Images and labels of one batch. Owned by its loader, which disposes it when the consumer asks for the next one or
/// stops: take numbers out of it, or clone what is to stay.
/// </summary>
public sealed class Batch : IDisposable
{
    internal Batch(torch.Tensor images, torch.Tensor labels, BatchPosition position)
    {
        (Images, Labels, Epoch, Index) = (images, labels, position.Epoch, position.Batch);
    }

    /// <summary>Normalised images, float32 [batch, channels, height, width].</summary>
    public torch.Tensor Images { get; }

    /// <summary>Class indices, int64 [batch].</summary>
    public torch.Tensor Labels { get; }

    /// <summary>The epoch, from 0.</summary>
    public int Epoch { get; }

    /// <summary>The batch's index in its epoch, from 0.</summary>
    public int Index { get; }

    /// <summary>How many images there are.</summary>
    public int Count => (int)Labels.shape[0];

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}

// The wide tensors of a training step, kept for the next one. They are few, and far larger than everything else: returned
// to the allocator, they would be cut up for small tensors, and the next step would find no hole that is large enough.
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Memory of a network for the wide tensors of one pass at a time, of batches of one shape. Dispose it.</summary>
internal sealed class WideMemory : IDisposable
{
    private readonly WeakReference<FusedPass?> user = new(null);
    private readonly List<Tensor> all = [];
    private readonly List<Tensor> free = [];
    private (int Images, int Height, int Width) batch;

    /// <summary>Gives all of it to a pass, unless another one still needs what it has: then false.</summary>
    /// <param name="pass">Who wants it.</param>
    /// <param name="images">Of its batch; memory for other shapes is given back.</param>
    /// <param name="height">Rows of pixels of its input.</param>
    /// <param name="width">Pixels of a row.</param>
    internal bool TryGive(FusedPass pass, int images, int height, int width)
    {
        if (user.TryGetTarget(out var before) && !before.IsFinished)
        {
            return false;
        }
        if (batch != (images, height, width))
        {
            Dispose();
            batch = (images, height, width);
        }
        free.Clear();
        free.AddRange(all);
        user.SetTarget(pass);
        return true;
    }

    /// <summary>A tensor of a shape, its content undefined; this keeps it.</summary>
    internal Tensor Take(long[] shape)
    {
        var index = free.FindIndex(tensor => tensor.shape.AsSpan().SequenceEqual(shape));
        if (index < 0)
        {
            all.Add(empty(shape, ScalarType.Float32).DetachFromDisposeScope());
            return all[^1];
        }
        var found = free[index];
        free.RemoveAt(index);
        return found;
    }

    /// <summary>Has a tensor back that will be taken again.</summary>
    internal void Return(Tensor tensor) => free.Add(tensor);

    /// <summary>Gives everything back to the allocator.</summary>
    public void Dispose()
    {
        all.ForEach(tensor => tensor.Dispose());
        all.Clear();
        free.Clear();
    }
}

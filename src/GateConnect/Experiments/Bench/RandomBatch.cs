// Made-up images and labels: what they show does not change what a step costs.
using GateConnect.Architecture;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Experiments.Bench;

/// <summary>A batch of noise. Owns its tensors.</summary>
internal sealed class RandomBatch : IDisposable
{
    internal RandomBatch(NetworkBlueprint blueprint, int count, TensorLayout layout)
    {
        using var scope = NewDisposeScope();
        var random = new Seeds(1).Generator("bench");
        var values = new float[count * blueprint.Image.ByteCount];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = (float)random.NextNormal();
        }
        var labels = new long[count];
        for (var index = 0; index < count; index++)
        {
            labels[index] = random.NextInt(blueprint.Classes);
        }
        var images = tensor(values, [count, blueprint.Image.Channels, blueprint.Image.Height, blueprint.Image.Width]);
        Images = (layout == TensorLayout.Planes ? images : images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)).DetachFromDisposeScope();
        Labels = tensor(labels).DetachFromDisposeScope();
    }

    /// <summary>[N, channels, H, W], unit variance.</summary>
    internal Tensor Images { get; }

    /// <summary>[N].</summary>
    internal Tensor Labels { get; }

    internal int Count => (int)Labels.shape[0];

    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}

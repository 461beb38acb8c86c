// A model file in libtorch. One batch at a time, as a folded network's memory serves one.
using System.Runtime.InteropServices;
using GateConnect.Data;
using GateConnect.Model;
using static TorchSharp.torch;

namespace GateConnect.Export;

/// <summary>A loaded network, folded where it has branches. Owns it: dispose it.</summary>
internal sealed class TorchClassifier : IImageClassifier
{
    private readonly Lock turn = new();
    private readonly nn.Module<Tensor, Tensor> network;
    private readonly ImageTransform transform;

    /// <param name="model">Becomes this object's.</param>
    internal TorchClassifier(LoadedModel model)
    {
        Header = model.Header;
        transform = new ImageTransform(Header.Blueprint.Image, Header.Normalization, Augmentation.None, default);
        network = model.Network;
        if (model.Network is BranchNetwork { Options.Precision: ScalarType.Float32 } branches)
        {
            network = FoldedNetwork.Create(branches);
            branches.Dispose();
        }
    }

    /// <inheritdoc/>
    public ModelHeader Header { get; }

    /// <inheritdoc/>
    public float[] Score(IReadOnlyList<byte[]> images)
    {
        lock (turn)
        {
            return [.. images.Chunk(EvaluationBatch.Size(Header.Blueprint, Header.Form, Math.Max(1, images.Count))).SelectMany(ScoreAtOnce)];
        }
    }

    public void Dispose() => network.Dispose();

    private float[] ScoreAtOnce(byte[][] images)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var image = Header.Blueprint.Image;
        var input = empty(images.Length, image.Channels, image.Height, image.Width); // [N, channels, H, W]
        var values = MemoryMarshal.Cast<byte, float>(input.bytes);
        for (var index = 0; index < images.Length; index++)
        {
            transform.Apply(images[index], values.Slice(index * image.ByteCount, image.ByteCount), epoch: 0, index: 0);
        }
        var precision = network is FoldedNetwork ? ScalarType.Float32 : network.parameters().First().dtype;
        return network.call(input.to(precision)).to(ScalarType.Float32).contiguous().data<float>().ToArray(); // [N, classes]
    }
}

// What torch and ONNX Runtime have in common: images in, scores out.
using GateConnect.Model;

namespace GateConnect.Export;

/// <summary>A loaded network that scores images. Thread-safe.</summary>
internal interface IImageClassifier : IDisposable
{
    /// <summary>What the network's file says about it.</summary>
    ModelHeader Header { get; }

    /// <summary>The scores of images.</summary>
    /// <param name="images">Bytes [channels, H, W] each, of the header's shape.</param>
    /// <returns>Logits, [images, classes] row by row.</returns>
    float[] Score(IReadOnlyList<byte[]> images);
}

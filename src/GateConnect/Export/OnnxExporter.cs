// From a trained network to an ONNX file: dead blocks removed, written in memory, proved on real images, and only then put
// under its name.
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Runtime;

namespace GateConnect.Export;

/// <summary>Writes ONNX files. docs/onnx.md states what is in them.</summary>
public static class OnnxExporter
{
    /// <summary>Writes a network as ONNX, whole and proved or not at all; equal networks and options give equal bytes.</summary>
    /// <param name="path">The final name, usually ending in <c>.onnx</c>.</param>
    /// <param name="model">A <see cref="BranchNetwork"/> with fixed gates or a <see cref="ResNeXt"/>; stays the caller's.</param>
    /// <param name="images">Real images of its kind to prove it on; a thousand will do.</param>
    /// <param name="options">How it is written; default as <see cref="OnnxOptions"/> stands.</param>
    /// <returns>What the proof found.</returns>
    /// <exception cref="ConfigurationException">Options are out of range, or the network is too large for a file.</exception>
    /// <exception cref="ArgumentException">There is no image, or images have another shape.</exception>
    /// <exception cref="VerificationException">ONNX Runtime computes something else; nothing is written.</exception>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static OnnxParity Save(string path, LoadedModel model, ImageDataset images, OnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0 || images.Shape != model.Header.Blueprint.Image)
        {
            throw new ArgumentException($"{images.Count} images of {images.Shape}, expected at least one of {model.Header.Blueprint.Image}", nameof(images));
        }
        options ??= new OnnxOptions();
        return Save(model, Write(path, model, options), images, options.Cancellation);
    }

    /// <summary>The file in memory, unproved.</summary>
    internal static OnnxFile Write(string path, LoadedModel model, OnnxOptions options)
    {
        if (model.Network is not BranchNetwork network || PrunePlan.From(network) is not { IsEmpty: false } plan)
        {
            return OnnxFile.Of(path, model, options);
        }
        using var pruned = Pruner.Apply(plan, network);
        var header = model.Header with { Blueprint = plan.Pruned, Connectivity = plan.PrunedConnectivity };
        return OnnxFile.Of(path, new LoadedModel(pruned, header), options);
    }

    /// <summary>The second half: proves a file and puts it under its name.</summary>
    internal static OnnxParity Save(LoadedModel model, OnnxFile file, ImageDataset images, CancellationToken cancel = default)
    {
        var parity = OnnxParity.Check(model, file, images, cancel);
        AtomicFile.Write(file.Path, stream => stream.Write(file.Bytes), file.Bytes.Length);
        return parity;
    }
}

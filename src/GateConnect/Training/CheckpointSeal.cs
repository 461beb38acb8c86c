// The checksums of a checkpoint: one SHA-256 per tensor, so that damage has a name, and one over everything else, which
// those are a part of. Together with a header that has to be byte for byte our own, no bit of the file is uncovered.
using GateConnect.Model;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>Adds and checks checksums.</summary>
internal static class CheckpointSeal
{
    private const string Prefix = "sha256.";
    private const string Whole = ModelMetadata.Fingerprint;

    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <summary>Adds the checksums to the metadata.</summary>
    internal static void Add(IReadOnlyList<(string Name, Tensor Value)> tensors, Dictionary<string, string> metadata)
    {
        foreach (var entry in tensors)
        {
            metadata[Prefix + entry.Name] = ModelFingerprint.Of(NoMetadata, [entry]);
        }
        metadata[Whole] = ModelFingerprint.Of(metadata, []);
    }

    /// <summary>What is damaged in a file that was read, or null.</summary>
    internal static string? Damage(SafetensorsContent content)
    {
        var metadata = content.Metadata;
        if (metadata.GetValueOrDefault(Whole) != ModelFingerprint.Of(metadata, []))
        {
            return "the header does not have its checksum";
        }
        foreach (var entry in content.InFileOrder)
        {
            if (metadata.GetValueOrDefault(Prefix + entry.Name) != ModelFingerprint.Of(NoMetadata, [entry]))
            {
                return $"tensor '{entry.Name}' does not have its checksum";
            }
        }
        var sealedTensors = metadata.Keys.Count(key => key.StartsWith(Prefix, StringComparison.Ordinal));
        return sealedTensors != content.Tensors.Count ? "a tensor is missing"
            : content.Header.IsOwn ? null : "the header was changed";
    }
}

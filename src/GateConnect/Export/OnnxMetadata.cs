// What an ONNX file says about its network, as text under keys of our own: the metadata of a model file (docs/file-formats.md)
// with class names, mean and std in entries of their own, the network's size, and where it came from. docs/onnx.md lists the keys.
using System.Globalization;
using System.Text.Json;
using GateConnect.Export.Format;
using GateConnect.Model;
using GateConnect.Runtime;

namespace GateConnect.Export;

/// <summary>Header and provenance as metadata of an ONNX file, and back.</summary>
internal static class OnnxMetadata
{
    /// <summary>The checksum's key.</summary>
    internal const string Fingerprint = Prefix + "sha256";

    private const string Prefix = "gateconnect.";
    private const string Normalization = "normalization";
    private const string ClassNames = "classNames";

    /// <summary>All entries but the checksum, in ordinal order.</summary>
    internal static IEnumerable<StringStringEntryProto> Write(ModelHeader header, OnnxProvenance provenance)
    {
        var entries = ModelMetadata.Write(header);
        using (var pixels = JsonDocument.Parse(entries[Normalization]))
        {
            entries["mean"] = pixels.RootElement.GetProperty("mean").GetRawText();
            entries["std"] = pixels.RootElement.GetProperty("std").GetRawText();
        }
        entries["classes"] = entries[ClassNames];
        entries.Remove(Normalization);
        entries.Remove(ClassNames);
        entries["network"] = header.Blueprint.Size.ToString();
        Add(entries, "recipe", provenance.Recipe);
        Add(entries, "top1", provenance.Top1Percent?.ToString("R", CultureInfo.InvariantCulture));
        Add(entries, "commit", provenance.Commit);
        return entries.Select(entry => new StringStringEntryProto { Key = Prefix + entry.Key, Value = entry.Value });
    }

    /// <summary>The header in a file's metadata.</summary>
    /// <exception cref="ModelFileException">A key is missing or given twice, or its value is invalid or does not fit the others.</exception>
    internal static ModelHeader Read(string path, IEnumerable<StringStringEntryProto> found)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in found.Where(entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            if (!entries.TryAdd(entry.Key[Prefix.Length..], entry.Value))
            {
                throw new ModelFileException($"{path}: the metadata hold {UntrustedText.Printable(entry.Key)} twice; the file is damaged");
            }
        }
        ModelMetadata.CheckVersion(path, entries);
        entries[Normalization] = $"{{\"mean\":{ModelMetadata.Text(path, entries, "mean")},\"std\":{ModelMetadata.Text(path, entries, "std")}}}";
        entries[ClassNames] = ModelMetadata.Text(path, entries, "classes");
        return ModelMetadata.Read(path, entries);
    }

    private static void Add(SortedDictionary<string, string> entries, string key, string? value)
    {
        if (value is not null)
        {
            entries[key] = value;
        }
    }
}

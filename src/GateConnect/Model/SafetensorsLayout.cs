// A safetensors file before it is written: the order of its tensors and the header that follows from it, made once for the
// length and for the bytes.
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>What a file will hold. The tensors stay the caller's.</summary>
internal sealed class SafetensorsLayout
{
    private readonly IReadOnlyList<(string Name, Tensor Value)> ordered;
    private readonly byte[] header;

    /// <summary>Names and values in any order, on any device; metadata are left out where empty.</summary>
    /// <exception cref="ArgumentException">A name is taken or reserved, or a type is none of Float32, Float64 and Int64.</exception>
    internal SafetensorsLayout(IReadOnlyList<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(metadata);
        ordered = SafetensorsHeaderWriter.Order(tensors);
        var entries = SafetensorsHeaderWriter.Entries(ordered);
        header = SafetensorsHeaderWriter.Write(entries, metadata);
        ByteCount = header.Length + (entries.Count > 0 ? entries[^1].End : 0);
    }

    /// <summary>How long the file is.</summary>
    internal long ByteCount { get; }

    /// <summary>Writes the bytes to a stream, which stays open.</summary>
    internal void WriteTo(Stream stream)
    {
        stream.Write(header);
        foreach (var (_, value) in ordered)
        {
            TensorBytes.ForEachPiece(value, piece => stream.Write(piece));
        }
    }
}

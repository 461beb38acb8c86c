// What a safetensors file says about its tensors before their values come (docs/file-formats.md). Plain values,
// for files that this software wrote and for files of others alike.
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>The header of a safetensors file.</summary>
/// <param name="Metadata">The string map <c>__metadata__</c>; empty where there is none.</param>
/// <param name="Tensors">The tensors in the order of their values.</param>
/// <param name="Bytes">The header as it stands in the file, its length before it; the values begin behind it.</param>
internal sealed record SafetensorsHeader(
    IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<SafetensorsEntry> Tensors, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>
    /// Whether every byte is the one that this software writes for the same content. A checksum covers what a header says;
    /// in a header of its own no bit may differ, be it a space.
    /// </summary>
    internal bool IsOwn => Bytes.Span.SequenceEqual(SafetensorsHeaderWriter.Write(Tensors, Metadata));
}

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="Type">Float32, Float64 or Int64.</param>
/// <param name="Shape">Lengths, outermost first; empty for a scalar.</param>
/// <param name="Begin">Offset of the first value, counted from the end of the header.</param>
/// <param name="End">Offset behind the last value, counted likewise.</param>
internal sealed record SafetensorsEntry(string Name, ScalarType Type, IReadOnlyList<long> Shape, long Begin, long End);

/// <summary>The element types that files of this software hold.</summary>
internal static class SafetensorsType
{
    /// <summary>The format's name of a type.</summary>
    /// <exception cref="ArgumentException">Files of this software do not hold the type.</exception>
    internal static string NameOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => "F32",
        ScalarType.Float64 => "F64",
        ScalarType.Int64 => "I64",
        _ => throw new ArgumentException($"tensors of type {type} cannot be written; expected Float32, Float64 or Int64", nameof(type)),
    };

    /// <summary>The type of a name, or null where it is none of the three.</summary>
    internal static ScalarType? Parse(string? name) => name switch
    {
        "F32" => ScalarType.Float32,
        "F64" => ScalarType.Float64,
        "I64" => ScalarType.Int64,
        _ => null,
    };

    /// <summary>Bytes of one value.</summary>
    internal static int BytesOf(ScalarType type) => type == ScalarType.Float32 ? 4 : 8;
}

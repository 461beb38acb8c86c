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
/// <param name="Type">Float32, Float64 or Int64; in files of others also Float16 or BFloat16.</param>
/// <param name="Shape">Lengths, outermost first; empty for a scalar.</param>
/// <param name="Begin">Offset of the first value, counted from the end of the header.</param>
/// <param name="End">Offset behind the last value, counted likewise.</param>
internal sealed record SafetensorsEntry(string Name, ScalarType Type, IReadOnlyList<long> Shape, long Begin, long End);

/// <summary>Whose file it is.</summary>
internal enum SafetensorsOrigin
{
    /// <summary>One of this software: Float32, Float64 and Int64.</summary>
    Own,

    /// <summary>One of another tool, whose weights may have half precision.</summary>
    Foreign,
}

/// <summary>The element types of tensors in files.</summary>
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

    /// <summary>The type of a name, or null where files of this origin do not hold it.</summary>
    internal static ScalarType? Parse(string? name, SafetensorsOrigin origin) => (name, origin) switch
    {
        ("F32", _) => ScalarType.Float32,
        ("F64", _) => ScalarType.Float64,
        ("I64", _) => ScalarType.Int64,
        ("F16", SafetensorsOrigin.Foreign) => ScalarType.Float16,
        ("BF16", SafetensorsOrigin.Foreign) => ScalarType.BFloat16,
        _ => null,
    };

    /// <summary>The names that <see cref="Parse"/> knows, for messages.</summary>
    internal static string Names(SafetensorsOrigin origin) => origin == SafetensorsOrigin.Own ? "F32, F64 or I64" : "F16, BF16, F32, F64 or I64";

    /// <summary>Bytes of one value.</summary>
    internal static int BytesOf(ScalarType type) => type switch
    {
        ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Float32 => 4,
        _ => 8,
    };
}

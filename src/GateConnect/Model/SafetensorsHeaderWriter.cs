// The header of a safetensors file as bytes: the same bytes for the same tensors and metadata. Wide types come first,
// then names in ordinal order, so that every value is aligned and the order does not depend on the caller's.
using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace GateConnect.Model;

internal static class SafetensorsHeaderWriter
{
    private const int Alignment = 8;

    /// <summary>The order in which tensors lie in the file.</summary>
    /// <exception cref="ArgumentException">Two tensors share a name, or one is called <c>__metadata__</c>.</exception>
    internal static IReadOnlyList<(string Name, Tensor Value)> Order(IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeaderParser.MetadataKey };
        foreach (var (name, _) in tensors)
        {
            if (!names.Add(name))
            {
                throw new ArgumentException($"the tensor name '{name}' is taken", nameof(tensors));
            }
        }
        return [.. tensors
            .OrderByDescending(tensor => SafetensorsType.BytesOf(tensor.Value.dtype))
            .ThenBy(tensor => tensor.Name, StringComparer.Ordinal)];
    }

    /// <summary>What the header says of tensors in their order.</summary>
    internal static IReadOnlyList<SafetensorsEntry> Entries(IReadOnlyList<(string Name, Tensor Value)> ordered)
    {
        var (entries, begin) = (new List<SafetensorsEntry>(ordered.Count), 0L);
        foreach (var (name, value) in ordered)
        {
            var end = checked(begin + (value.numel() * SafetensorsType.BytesOf(value.dtype)));
            entries.Add(new SafetensorsEntry(name, value.dtype, value.shape, begin, end));
            begin = end;
        }
        return entries;
    }

    /// <summary>Length and JSON, padded with spaces to a multiple of eight bytes.</summary>
    internal static byte[] Write(IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Advance(Prefix(buffer));
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            foreach (var entry in entries)
            {
                WriteEntry(json, entry);
            }
            json.WriteEndObject();
        }
        while (buffer.WrittenCount % Alignment != 0)
        {
            buffer.Write(" "u8);
        }
        var header = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(header.Length - sizeof(ulong)));
        return header;
    }

    private static int Prefix(ArrayBufferWriter<byte> buffer)
    {
        buffer.GetSpan(sizeof(ulong))[..sizeof(ulong)].Clear();
        return sizeof(ulong);
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
        {
            return;
        }
        json.WriteStartObject(SafetensorsHeaderParser.MetadataKey);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsEntry entry)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", SafetensorsType.NameOf(entry.Type));
        json.WriteStartArray("shape");
        foreach (var length in entry.Shape)
        {
            json.WriteNumberValue(length);
        }
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(entry.Begin);
        json.WriteNumberValue(entry.End);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

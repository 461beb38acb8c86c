// Reads the header of a safetensors file of unknown origin. Nothing in it is believed: every length is bounded by the
// file's own before memory is taken, and tensors must cover the data without a hole or an overlap.
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using GateConnect.Runtime;

namespace GateConnect.Model;

internal sealed class SafetensorsHeaderParser
{
    /// <summary>The one key of the header that is no tensor.</summary>
    internal const string MetadataKey = "__metadata__";

    /// <summary>No header may be longer, as in the format's own library.</summary>
    internal const long MaximumHeaderBytes = 100_000_000;

    private const int PrefixBytes = sizeof(ulong);
    private const int MaximumRank = 16;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    private readonly string path;
    private readonly long fileBytes;
    private readonly SafetensorsOrigin origin;

    private SafetensorsHeaderParser(string path, long fileBytes, SafetensorsOrigin origin) =>
        (this.path, this.fileBytes, this.origin) = (path, fileBytes, origin);

    /// <summary>Reads the header and leaves the stream at the first value.</summary>
    /// <param name="stream">The file, at its beginning.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="origin">Whose file it is, which says what types tensors may have.</param>
    /// <exception cref="ModelFileException">The header is no safetensors header, or does not fit the file.</exception>
    internal static SafetensorsHeader Read(Stream stream, string path, SafetensorsOrigin origin)
    {
        var parser = new SafetensorsHeaderParser(path, stream.Length, origin);
        return parser.Parse(parser.ReadBytes(stream));
    }

    // The length and the text behind it.
    private byte[] ReadBytes(Stream stream)
    {
        if (fileBytes < PrefixBytes)
        {
            throw Failure(0, $"the file has {fileBytes} bytes", "at least 8, the length of the header");
        }
        var prefix = new byte[PrefixBytes];
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        var limit = Math.Min(MaximumHeaderBytes, fileBytes - PrefixBytes);
        if (length < 2 || length > (ulong)limit)
        {
            throw Failure(0, $"a header of {length} bytes", $"2 to {limit} in a file of {fileBytes} bytes");
        }
        var bytes = new byte[PrefixBytes + (long)length];
        prefix.CopyTo(bytes, 0);
        stream.ReadExactly(bytes, PrefixBytes, (int)length);
        var text = bytes.AsSpan(PrefixBytes);
        if (text[0] != (byte)'{' || !Utf8.IsValid(text))
        {
            throw Failure(PrefixBytes, "something else", "a JSON object in UTF-8 that begins with '{'");
        }
        return bytes;
    }

    private SafetensorsHeader Parse(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes.AsMemory(PrefixBytes), Strict);
            var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
            var tensors = new List<SafetensorsEntry>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataKey)
                {
                    ParseMetadata(property.Value, metadata);
                }
                else
                {
                    tensors.Add(ParseEntry(property.Name, property.Value));
                }
            }
            return new SafetensorsHeader(metadata, CheckCover(tensors, bytes.LongLength), bytes);
        }
        catch (JsonException damage)
        {
            var offset = damage.LineNumber is 0 ? damage.BytePositionInLine ?? 0 : 0;
            throw Failure(PrefixBytes + offset, "a header that is no JSON or names a key twice", "one JSON object", damage);
        }
        catch (InvalidOperationException damage)
        {
            throw Failure(PrefixBytes, "text with half a surrogate pair in the header", "valid Unicode", damage);
        }
    }

    private void ParseMetadata(JsonElement element, SortedDictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Failure(PrefixBytes, $"{MetadataKey} is no object", "a map from text to text");
        }
        foreach (var property in element.EnumerateObject())
        {
            metadata[property.Name] = property.Value.ValueKind == JsonValueKind.String
                ? property.Value.GetString()!
                : throw Failure(PrefixBytes, $"{MetadataKey}.{Quote(property.Name)} is no text", "a map from text to text");
        }
    }

    private SafetensorsEntry ParseEntry(string name, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || element.GetPropertyCount() != 3
            || !element.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String
            || !element.TryGetProperty("shape", out var shape) || Numbers(shape) is not { Length: <= MaximumRank } lengths
            || !element.TryGetProperty("data_offsets", out var offsets) || Numbers(offsets) is not { Length: 2 } range)
        {
            throw Failure(PrefixBytes, $"a damaged entry of tensor {Quote(name)}", $"dtype, shape (up to {MaximumRank} lengths) and data_offsets (two)");
        }
        var scalar = SafetensorsType.Parse(type.GetString(), origin)
            ?? throw Failure(PrefixBytes, $"tensor {Quote(name)} has dtype {Quote(type.GetString()!)}", SafetensorsType.Names(origin));
        if (range[1] < range[0] || ByteCount(lengths, SafetensorsType.BytesOf(scalar)) != range[1] - range[0])
        {
            throw Failure(
                PrefixBytes, $"tensor {Quote(name)} of shape [{string.Join(", ", lengths)}] spans {range[0]} to {range[1]}",
                "as many bytes as its shape and dtype need");
        }
        return new SafetensorsEntry(name, scalar, lengths, range[0], range[1]);
    }

    private SafetensorsEntry[] CheckCover(List<SafetensorsEntry> tensors, long dataStart)
    {
        SafetensorsEntry[] ordered = [.. tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End)];
        var position = 0L;
        foreach (var tensor in ordered)
        {
            if (tensor.Begin != position)
            {
                throw Failure(
                    dataStart + position, $"tensor {Quote(tensor.Name)} begins at {tensor.Begin} of the data",
                    $"{position}, right behind the tensor before it");
            }
            position = tensor.End;
        }
        return position == fileBytes - dataStart
            ? ordered
            : throw Failure(
                dataStart, $"{fileBytes - dataStart} bytes of data",
                $"{position}, the end of the last tensor; the file was cut or something was appended");
    }

    // Non-negative whole numbers, or null for anything else.
    private static long[]? Numbers(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            return null;
        }
        var numbers = new long[element.GetArrayLength()];
        var place = 0;
        foreach (var item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out numbers[place]) || numbers[place] < 0)
            {
                return null;
            }
            place++;
        }
        return numbers;
    }

    // Null where the product leaves 64 bits.
    private static long? ByteCount(long[] shape, int size)
    {
        Int128 bytes = size;
        foreach (var length in shape)
        {
            bytes *= length;
            if (bytes > long.MaxValue)
            {
                return null;
            }
        }
        return (long)bytes;
    }

    private ModelFileException Failure(long offset, string found, string expected, Exception? inner = null) =>
        new($"{path}: offset {offset}: {found}; expected {expected}", inner);

    private static string Quote(string name) => $"'{JsonEncodedText.Encode(name.Length > 80 ? name[..80] + "..." : name)}'";
}

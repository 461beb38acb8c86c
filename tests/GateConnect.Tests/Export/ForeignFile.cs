// A safetensors file as another tool writes it: any order, any type, no padding, metadata of its own.
using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace GateConnect.Tests.Export;

internal static class ForeignFile
{
    /// <summary>Writes tensors, converted to a type but for counters, and returns the path.</summary>
    public static string Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, ScalarType type = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        var (header, data) = (new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } }, new MemoryStream());
        foreach (var (name, tensor) in tensors)
        {
            var value = tensor.dtype == ScalarType.Int64 ? tensor : tensor.to(type);
            var begin = data.Length;
            data.Write(value.contiguous().bytes);
            header[name] = new JsonObject
            {
                ["dtype"] = Name(value.dtype),
                ["shape"] = new JsonArray([.. value.shape.Select(length => JsonValue.Create(length))]),
                ["data_offsets"] = new JsonArray(begin, data.Length),
            };
        }
        var text = Encoding.UTF8.GetBytes(header.ToJsonString());
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        File.WriteAllBytes(path, [.. length, .. text, .. data.ToArray()]);
        return path;
    }

    private static string Name(ScalarType type) => type switch
    {
        ScalarType.Float16 => "F16",
        ScalarType.BFloat16 => "BF16",
        ScalarType.Float64 => "F64",
        ScalarType.Int64 => "I64",
        _ => "F32",
    };
}

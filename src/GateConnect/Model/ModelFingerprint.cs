// One number for a whole model: SHA-256 over its header fields and tensors, each with its length before it, so that
// nothing can move from one field to the next unseen.
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace GateConnect.Model;

internal static class ModelFingerprint
{
    /// <summary>64 lower-case hexadecimal digits.</summary>
    /// <param name="metadata">All fields; a fingerprint among them is left out.</param>
    /// <param name="tensors">In the order of the file.</param>
    internal static string Of(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (key != ModelMetadata.Fingerprint)
            {
                AppendText(hash, key);
                AppendText(hash, value);
            }
        }
        foreach (var (name, value) in tensors)
        {
            AppendText(hash, name);
            AppendText(hash, SafetensorsType.NameOf(value.dtype));
            AppendText(hash, string.Join(',', value.shape.Select(length => length.ToString(CultureInfo.InvariantCulture))));
            AppendLength(hash, value.numel() * SafetensorsType.BytesOf(value.dtype));
            TensorBytes.ForEachPiece(value, piece => hash.AppendData(piece));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendText(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        AppendLength(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void AppendLength(IncrementalHash hash, long length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        hash.AppendData(bytes);
    }
}

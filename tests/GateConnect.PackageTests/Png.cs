// A PNG file from first principles: nothing that the packages bring along has a hand in it.
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace GateConnect.PackageTests;

internal static class Png
{
    private static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>A light disc on a dark square, 8 bits of red, green and blue.</summary>
    public static byte[] Disc(int size)
    {
        var rows = new MemoryStream();
        for (var row = 0; row < size; row++)
        {
            rows.WriteByte(0); // no filter
            for (var column = 0; column < size; column++)
            {
                var (x, y) = (column - (size / 2), row - (size / 2));
                rows.Write((x * x) + (y * y) < size * size / 9 ? [240, 220, 60] : [20, 30, 70]);
            }
        }
        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, size);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), size);
        (head[8], head[9]) = (8, 2);
        return [.. Signature, .. Chunk("IHDR", head), .. Chunk("IDAT", Compressed(rows.ToArray())), .. Chunk("IEND", [])];
    }

    private static byte[] Compressed(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Optimal))
        {
            stream.Write(bytes);
        }
        return packed.ToArray();
    }

    private static byte[] Chunk(string name, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(name), .. content];
        var (length, sum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc32(named));
        return [.. length, .. named, .. sum];
    }

    private static uint Crc32(byte[] bytes)
    {
        var sum = uint.MaxValue;
        foreach (var value in bytes)
        {
            sum ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum & 1) == 0 ? sum >> 1 : (sum >> 1) ^ 0xEDB88320;
            }
        }
        return ~sum;
    }
}

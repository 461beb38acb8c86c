// Small datasets and datafiles whose contents the tests know.
using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using GateConnect.Data;
using GateConnect.Runtime;

namespace GateConnect.Tests.Data;

internal static class TestImages
{
    /// <summary>Random pixels; image i has label i % classes.</summary>
    internal static ImageDataset Random(int count, ImageShape shape, int classes)
    {
        var pixels = new byte[count][];
        for (var index = 0; index < count; index++)
        {
            var random = new Seeds(7).Generator("test", index);
            pixels[index] = new byte[shape.ByteCount];
            for (var at = 0; at < shape.ByteCount; at++)
            {
                pixels[index][at] = (byte)random.NextInt(256);
            }
        }
        return new ImageDataset("random", shape, ClassNames(classes), pixels, [.. Enumerable.Range(0, count).Select(index => index % classes)]);
    }

    /// <summary>One pixel per image, the given labels.</summary>
    internal static ImageDataset Labelled(params int[] labels) => new(
        "labelled",
        new ImageShape(1, 1, 1),
        ClassNames(labels.Max() + 1),
        [.. labels.Select((_, index) => new[] { (byte)index })],
        labels);

    internal static string[] ClassNames(int count) => [.. Enumerable.Range(0, count).Select(label => $"class{label}")];

    internal static byte[] IdxImages(byte[][] images, int rows, int columns) =>
        [.. Words(0x803, images.Length, rows, columns), .. images.SelectMany(image => image)];

    internal static byte[] IdxLabels(params byte[] labels) => [.. Words(0x801, labels.Length), .. labels];

    internal static byte[] CifarFile(int records, int labelBytes, int firstLabel = 0)
    {
        var bytes = new byte[records * (labelBytes + 3072)];
        for (var record = 0; record < records; record++)
        {
            var start = record * (labelBytes + 3072);
            bytes[start + labelBytes - 1] = (byte)((firstLabel + record) % 10);
            bytes.AsSpan(start + labelBytes, 3072).Fill((byte)(firstLabel + record));
        }
        return bytes;
    }

    internal static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }

    internal static byte[] Tar(params (string Name, byte[] Bytes)[] entries)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
            }
        }
        return archive.ToArray();
    }

    private static byte[] Words(params int[] words)
    {
        var bytes = new byte[4 * words.Length];
        for (var index = 0; index < words.Length; index++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * index), words[index]);
        }
        return bytes;
    }
}

// Datasets of a few images, packed the way the published ones are, with catalogue rows that know their checksums.
using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using GateConnect.Data;

namespace GateConnect.Tests.Data;

internal static class TinyDatasets
{
    public static readonly string[] IdxNames =
    [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
    ];

    public static readonly string[] CifarNames =
    [
        "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin",
        "test_batch.bin",
    ];

    /// <summary>The four IDX files of two images of 3x3 pixels, unpacked.</summary>
    public static byte[] Idx(string name)
    {
        int[] header = name.Contains("images", StringComparison.Ordinal) ? [0x803, 2, 3, 3] : [0x801, 2];
        var bytes = new byte[header.Length * 4 + (header.Length == 4 ? 18 : 2)];
        for (var index = 0; index < header.Length; index++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * index), header[index]);
        }
        bytes[^1] = (byte)name.Length;
        return bytes;
    }

    public static Dictionary<string, byte[]> IdxFiles() =>
        IdxNames.ToDictionary(name => $"{name}.gz", name => Gzip(Idx(name)));

    /// <summary>A row as that of Fashion-MNIST, for the tiny files, offered at the given roots or at none that answers.</summary>
    public static DatasetEntry FashionMnist(params Uri[] roots)
    {
        Uri[] addresses = roots.Length > 0 ? roots : [new("http://nowhere.invalid/")];
        return DatasetCatalog.Find(DatasetKind.FashionMnist)! with
        {
            Layouts =
            [
                new(LayoutKind.Folder, ["", "raw"], [.. IdxNames.Select(name => IdxPart(name, addresses))]),
            ],
        };
    }

    /// <summary>An archive as that of CIFAR-10, with one image per file.</summary>
    public static byte[] CifarArchive(IEnumerable<string>? names = null, int recordBytes = 3073)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        using (var archive = new TarWriter(gzip))
        {
            foreach (var name in names ?? CifarNames)
            {
                archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"cifar-10-batches-bin/{name}")
                {
                    DataStream = new MemoryStream(new byte[recordBytes]),
                });
            }
        }
        return packed.ToArray();
    }

    public static byte[] Gzip(byte[] bytes, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, level))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static DatasetPart IdxPart(string name, Uri[] roots)
    {
        var (plain, packed) = (Idx(name), Gzip(Idx(name)));
        return new DatasetPart(
        [
            new DatasetFile(name) { Bytes = plain.Length, Sha256 = Sha256(plain) },
            new DatasetFile($"{name}.gz")
            {
                Bytes = packed.Length,
                Sha256 = Sha256(packed),
                ContentSha256 = Sha256(plain),
                Addresses = [.. roots.Select(root => new Uri(root, $"{name}.gz"))],
            },
        ]);
    }
}

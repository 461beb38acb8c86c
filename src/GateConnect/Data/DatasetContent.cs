// Reads a data file to its end without keeping it, to tell whether it is whole: gzip and tar structure, the IDX header
// against the bytes that follow, binary records of the right length.
using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace GateConnect.Data;

/// <summary>What a whole data file holds.</summary>
/// <param name="Images">How many images (or labels) are in it.</param>
/// <param name="Sha256">SHA-256 of the uncompressed content; null for an archive of several files.</param>
internal sealed record DatasetContent(long Images, string? Sha256)
{
    private const int GzipMagic = 0x1f8b;
    private const int IdxImages = 0x00000803;
    private const int IdxLabels = 0x00000801;

    /// <summary>Reads <paramref name="path"/> to its end.</summary>
    /// <exception cref="InvalidDataException">The file is damaged; the message says how, without naming the file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DatasetContent Read(DatasetEntry entry, string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        var isGzip = file.ReadByte() == GzipMagic >> 8 && file.ReadByte() == (GzipMagic & 0xff);
        file.Position = 0;
        using var content = isGzip ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        if (entry.RecordBytes is not { } recordBytes)
        {
            return ReadIdx(content);
        }
        return path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase)
            ? ReadRecords(content, recordBytes)
            : ReadArchive(entry, content, recordBytes);
    }

    private static DatasetContent ReadIdx(Stream content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var header = ReadHeader(content, hash, count: 8);
        var magic = BinaryPrimitives.ReadInt32BigEndian(header);
        long count = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
        if (magic is not (IdxImages or IdxLabels))
        {
            throw new InvalidDataException(
                $"offset 0: magic number 0x{magic:X8}, expected 0x{IdxImages:X8} (images) or 0x{IdxLabels:X8} (labels)");
        }
        var size = magic == IdxLabels ? [] : ReadHeader(content, hash, count: 8);
        var expected = magic == IdxLabels
            ? count
            : count * BinaryPrimitives.ReadUInt32BigEndian(size) * BinaryPrimitives.ReadUInt32BigEndian(size.AsSpan(4));
        var length = Drain(content, hash);
        return length == expected
            ? new DatasetContent(count, Convert.ToHexStringLower(hash.GetHashAndReset()))
            : throw new InvalidDataException($"{length} bytes follow the header, expected {expected} for {count} items");
    }

    private static DatasetContent ReadRecords(Stream content, int recordBytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var images = CountRecords(Drain(content, hash), recordBytes);
        return new DatasetContent(images, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static DatasetContent ReadArchive(DatasetEntry entry, Stream content, int recordBytes)
    {
        var wanted = entry.Layouts.First(layout => layout.Kind == LayoutKind.Folder).Parts
            .Select(part => part.Forms[0].Name)
            .ToHashSet(StringComparer.Ordinal);
        long images = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var archive = new TarReader(content, leaveOpen: true))
        {
            while (archive.GetNextEntry() is { } member)
            {
                if (wanted.Remove(Path.GetFileName(member.Name)))
                {
                    images += CountRecords(member.DataStream is { } data ? Drain(data, hash) : 0, recordBytes);
                }
            }
        }
        Drain(content, hash); // To the end of the gzip stream, where its checksum is compared.
        return wanted.Count == 0
            ? new DatasetContent(images, null)
            : throw new InvalidDataException($"the archive lacks {string.Join(", ", wanted.Order(StringComparer.Ordinal))}");
    }

    private static long CountRecords(long bytes, int recordBytes) => bytes > 0 && bytes % recordBytes == 0
        ? bytes / recordBytes
        : throw new InvalidDataException($"{bytes} bytes are not a whole number of records of {recordBytes} bytes");

    private static byte[] ReadHeader(Stream content, IncrementalHash hash, int count)
    {
        var header = new byte[count];
        if (content.ReadAtLeast(header, count, throwOnEndOfStream: false) < count)
        {
            throw new InvalidDataException("the file ends within its header");
        }
        hash.AppendData(header);
        return header;
    }

    private static long Drain(Stream content, IncrementalHash hash)
    {
        var buffer = new byte[1 << 16];
        long length = 0;
        for (int read; (read = content.Read(buffer)) > 0; length += read)
        {
            hash.AppendData(buffer, 0, read);
        }
        return length;
    }
}

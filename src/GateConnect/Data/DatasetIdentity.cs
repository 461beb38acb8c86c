// MNIST and Fashion-MNIST have the same file names, sizes and label range, so one silently passes for the other. The
// content of the smallest file, a few kilobytes of test labels, tells them apart.
using System.IO.Compression;
using System.Security.Cryptography;

namespace GateConnect.Data;

/// <summary>Recognises a published dataset by the content of its smallest file.</summary>
internal static class DatasetIdentity
{
    private const long SmallBytes = 1 << 16;

    /// <summary>
    /// The published dataset, other than <paramref name="entry"/>, that lies in the folder <paramref name="path"/>;
    /// null if it is none or cannot be told. A file that cannot be read is left to the reader to report.
    /// </summary>
    public static DatasetEntry? OtherThan(DatasetEntry entry, string path) =>
        OtherThan(entry, path, DatasetCatalog.Entries);

    /// <summary>The same, among <paramref name="known"/> datasets.</summary>
    public static DatasetEntry? OtherThan(DatasetEntry entry, string path, IReadOnlyList<DatasetEntry> known)
    {
        var smallest = FoundLayout.Best(entry, path).Parts
            .Where(part => part.Path is not null && part.Form.Sha256 is not null)
            .MinBy(part => part.Form.Bytes);
        if (smallest?.Path is null || new FileInfo(smallest.Path).Length > SmallBytes)
        {
            return null;
        }
        var content = ContentSha256(smallest.Path);
        return known.FirstOrDefault(other => other.Kind != entry.Kind && Has(other, content));
    }

    private static bool Has(DatasetEntry entry, string? content) => content is not null && entry.Layouts
        .SelectMany(layout => layout.Parts)
        .SelectMany(part => part.Forms)
        .Any(file => file.ContentSha256 == content);

    private static string? ContentSha256(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var content = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new GZipStream(file, CompressionMode.Decompress)
                : (Stream)file;
            return Convert.ToHexStringLower(SHA256.HashData(content));
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

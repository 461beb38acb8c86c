// CIFAR-10 and CIFAR-100 in their binary version, from the unpacked folder or straight from the distributed archive,
// which is read as a stream: nothing is unpacked to disk, and no more is kept in memory than the images.
using System.Formats.Tar;
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Reads CIFAR's binary version.</summary>
internal static class CifarReader
{
    /// <summary>An archive that unpacks to more is not CIFAR (which has about 180 MB); reading stops there.</summary>
    internal const long LargestArchive = 1L << 30;

    /// <summary>Reads the dataset.</summary>
    /// <param name="path">
    /// The folder with the <c>.bin</c> files, the folder above it, or the distributed archive (<c>.tar.gz</c> or plain
    /// <c>.tar</c>, told by its first bytes).
    /// </param>
    /// <param name="kind">Which dataset; for CIFAR-100 the fine labels are used.</param>
    /// <returns>
    /// Colour images [3, 32, 32]. Class names come from <c>batches.meta.txt</c> or <c>fine_label_names.txt</c> where
    /// present. Files may hold fewer records than the official ones, but each must be there and hold whole records.
    /// </returns>
    /// <exception cref="DataException">A file is missing, damaged or too large.</exception>
    public static DatasetParts Read(string path, CifarKind kind)
    {
        var layout = CifarLayout.Of(kind);
        var records = new CifarRecords(layout, path);
        if (Directory.Exists(path))
        {
            var inner = Path.Combine(path, layout.FolderName);
            ReadFolder(Directory.Exists(inner) ? inner : path, layout, records);
        }
        else if (File.Exists(path))
        {
            ReadArchive(path, records);
        }
        else
        {
            throw new DataException($"{path}: no such file or folder, expected {layout.Name}'s binary version");
        }
        return records.ToParts();
    }

    private static void ReadFolder(string folder, CifarLayout layout, CifarRecords records)
    {
        foreach (var name in layout.ImageFiles.Append(layout.NamesFile))
        {
            var file = Path.Combine(folder, name);
            if (File.Exists(file))
            {
                using var reader = ExactReader.Open(file);
                records.Add(name, reader);
            }
        }
    }

    private static void ReadArchive(string path, CifarRecords records)
    {
        using var archive = ArchiveStream.Open(path, LargestArchive);
        try
        {
            using var tar = new TarReader(archive, leaveOpen: true);
            while (tar.GetNextEntry() is { } entry)
            {
                var name = Path.GetFileName(entry.Name);
                var isFile = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile;
                if (isFile && records.Wants(name))
                {
                    records.Add(name, ExactReader.Over(entry.DataStream ?? Stream.Null, $"{path}:{UntrustedText.Printable(entry.Name)}", entry.Length));
                }
            }
            archive.ReadToEnd();
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw new DataException(
                $"{path}: damaged near unpacked offset {archive.Offset}, expected a tar archive (.tar.gz or .tar): "
                + UntrustedText.Printable(error.Message),
                error);
        }
    }

    // What System.Formats.Tar and System.IO.Compression throw for bytes that are not what they should be.
    private static bool IsDamage(Exception error) => error
        is IOException or InvalidDataException or FormatException or ArgumentException or InvalidOperationException or OverflowException;
}

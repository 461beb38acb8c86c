// Checks the files of a dataset against the catalogue. An official checksum settles it; a file with another one is read
// to its end, and is then the user's own (a note, never a refusal) or damaged.
using System.Globalization;
using System.Security.Cryptography;

namespace GateConnect.Data;

/// <summary>Checks datasets on disk. Reads only.</summary>
public static class DatasetVerifier
{
    /// <summary>Checks every file of <paramref name="entry"/> at <paramref name="path"/>; reads each once or twice.</summary>
    /// <param name="entry">The dataset.</param>
    /// <param name="path">A folder or an archive, as in <see cref="DatasetLocation.Path"/>.</param>
    /// <param name="cancel">Ends the check between two files.</param>
    /// <exception cref="OperationCanceledException">The check was cancelled.</exception>
    public static DatasetVerification Verify(DatasetEntry entry, string path, CancellationToken cancel = default)
    {
        var layout = FoundLayout.Best(entry, Path.GetFullPath(path));
        var checks = new List<FileCheck>();
        foreach (var part in layout.Parts)
        {
            cancel.ThrowIfCancellationRequested();
            checks.Add(Check(entry, part));
        }
        return new DatasetVerification(entry, layout.ReaderPath, checks);
    }

    /// <summary>SHA-256 of a file, in lower-case hexadecimal.</summary>
    internal static string Sha256(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static FileCheck Check(DatasetEntry entry, FoundPart part)
    {
        if (part.Path is null)
        {
            return new FileCheck(part.Form.Name, FileState.Missing) { Note = "not there" };
        }
        var name = Path.GetFileName(part.Path);
        try
        {
            return CheckFile(entry, part.Form, part.Path);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            var bytes = new FileInfo(part.Path).Length;
            return new FileCheck(name, FileState.Damaged) { Bytes = bytes, Note = exception.Message };
        }
    }

    private static FileCheck CheckFile(DatasetEntry entry, DatasetFile form, string path)
    {
        var check = new FileCheck(Path.GetFileName(path), FileState.Official)
        {
            Bytes = new FileInfo(path).Length,
            Sha256 = Sha256(path),
        };
        if (check.Sha256 == form.Sha256)
        {
            return check;
        }
        var content = DatasetContent.Read(entry, path);
        if (content.Sha256 is not null && content.Sha256 == form.ContentSha256)
        {
            return check with { Note = "repacked; what is inside is the official data" };
        }
        var images = content.Images.ToString(CultureInfo.InvariantCulture);
        return check with
        {
            State = FileState.Unknown,
            Note = form.Sha256 is null
                ? $"{images} images; no official checksum is published for this file"
                : $"not the official file, read all the same; {images} images",
        };
    }
}

// Files that appear under their final name only when they are complete: written beside it under a temporary name,
// flushed to the disk, renamed over, and the folder flushed too, so that neither a crash nor a power cut leaves half
// a file. What goes wrong becomes an OutputException that names the path and its volume.
using System.Globalization;

namespace GateConnect.Runtime;

/// <summary>Writes whole files, or nothing. Thread-safe; of two writers of one path the later one wins.</summary>
public static class AtomicFile
{
    private const int BufferBytes = 1 << 16;
    private static int counter;

    /// <summary>Writes a file through a stream; missing folders are made.</summary>
    /// <param name="path">The final name; an existing file is replaced in one step, with no moment without it.</param>
    /// <param name="write">
    /// Writes the content. The stream can seek; it is flushed and closed by this method. An exception from here leaves
    /// the old file as it was.
    /// </param>
    /// <exception cref="OutputException">Disk full, no permission, a folder in the way, or another failure to write.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full) ?? throw new OutputException($"{full}: is a folder, expected a file name");
        var temporary = Path.Combine(folder, TemporaryName(Path.GetFileName(full)));
        try
        {
            Directory.CreateDirectory(folder);
            WriteAndFlush(temporary, write);
            File.Move(temporary, full, overwrite: true);
            FolderFlush.Run(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var message = $"{full}: cannot be written ({OneLine(failure)}); {Volume(folder)}"; // before space is freed
            Remove(temporary);
            throw new OutputException(message, failure);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    /// <param name="path">The final name.</param>
    /// <param name="text">The whole content; line ends are kept as they are.</param>
    /// <exception cref="OutputException">As <see cref="Write"/>.</exception>
    public static void WriteAllText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.Write(text);
        });
    }

    private static void WriteAndFlush(string temporary, Action<Stream> write)
    {
        using var stream = new FileStream(
            temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes);
        write(stream);
        stream.Flush(flushToDisk: true);
    }

    private static string TemporaryName(string name)
    {
        var number = Interlocked.Increment(ref counter);
        // A name may have 255 bytes, and one in UTF-8 up to three bytes per character.
        var stem = name.Length > 60 ? name[..60] : name;
        return string.Create(CultureInfo.InvariantCulture, $".{stem}.{Environment.ProcessId}-{number}.tmp");
    }

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The failure to write is what the caller must hear of; a leftover is hidden and never read.
        }
    }

    private static string Volume(string folder)
    {
        try
        {
            var drive = DriveInfo.GetDrives()
                .Where(drive => IsWithin(folder, drive.Name))
                .MaxBy(drive => drive.Name.Length);
            return drive is null
                ? "check the path"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"volume {drive.Name} has {drive.AvailableFreeSpace / 1e6:F1} MB free; free space, check permissions or choose another place");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "its volume cannot be examined; check permissions or choose another place";
        }
    }

    private static bool IsWithin(string folder, string root) =>
        folder == root || folder.StartsWith(root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string OneLine(Exception failure) => failure.Message.ReplaceLineEndings(" ").Trim();
}

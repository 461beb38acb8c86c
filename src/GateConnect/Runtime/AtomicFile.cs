// Files that appear under their final name only when they are complete: written beside it under a temporary name,
// flushed to the disk, renamed over, and the folder flushed too, so that neither a crash nor a power cut leaves half
// a file. What goes wrong becomes an OutputException that names the path, its volume and, where that is full, the bytes missing.
using System.Globalization;
using System.Text;

namespace GateConnect.Runtime;

/// <summary>Writes whole files, or nothing. Thread-safe; of two writers of one path the later one wins.</summary>
public static class AtomicFile
{
    private const int BufferBytes = 1 << 16;
    private const string TemporaryEnd = ".tmp";
    private static int counter;

    /// <summary>Writes a file through a stream; missing folders are made.</summary>
    /// <param name="path">The final name; an existing file is replaced in one step, with no moment without it.</param>
    /// <param name="write">
    /// Writes the content. The stream can seek; it is flushed and closed by this method. An exception from here leaves
    /// the old file as it was.
    /// </param>
    /// <param name="expectedBytes">What the file will have, where that is known: then room for it is looked for before anything is written.</param>
    /// <exception cref="OutputException">Disk full, no permission, a folder in the way, or another failure to write.</exception>
    public static void Write(string path, Action<Stream> write, long expectedBytes = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full) ?? throw new OutputException($"{full}: is a folder, expected a file name");
        var temporary = Path.Combine(folder, TemporaryName(Path.GetFileName(full)));
        try
        {
            DurableFolder.Create(folder);
            RequireRoom(folder, expectedBytes);
            WriteAndFlush(temporary, write);
            File.Move(temporary, full, overwrite: true);
            FolderFlush.Run(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var written = Length(temporary);
            Remove(temporary);
            var remedy = Remedy(failure, folder, Math.Max(expectedBytes, written + 1));
            throw new OutputException($"{full}: cannot be written ({OneLine(failure)}); {remedy}", failure);
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
        var bytes = Encoding.UTF8.GetBytes(text);
        Write(path, stream => stream.Write(bytes), bytes.Length);
    }

    /// <summary>Removes what writers that were killed have left in a folder. To be called by its only writer.</summary>
    internal static void RemoveLeftovers(string folder)
    {
        if (Directory.Exists(folder))
        {
            foreach (var leftover in Directory.EnumerateFiles(folder, $".*{TemporaryEnd}"))
            {
                Remove(leftover);
            }
        }
    }

    private static void RequireRoom(string folder, long expectedBytes)
    {
        if (expectedBytes > 0 && Volume.FreeBytesOf(folder) < expectedBytes)
        {
            throw SystemErrors.FullVolume();
        }
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
        return string.Create(CultureInfo.InvariantCulture, $".{stem}.{Environment.ProcessId}-{number}{TemporaryEnd}");
    }

    private static long Length(string temporary) => new FileInfo(temporary) is { Exists: true } file ? file.Length : 0;

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

    private static string Remedy(Exception failure, string folder, long neededBytes)
    {
        if (Volume.Of(folder) is not { } volume)
        {
            return "its volume cannot be examined; check permissions or choose another place";
        }
        var free = $"volume {volume.Name} has {Volume.Bytes(volume.FreeBytes)} bytes free";
        return SystemErrors.Judge(failure) != OutputFailure.NoSpace
            ? $"{free}; check permissions or choose another place"
            : volume.FreeBytes < neededBytes
                ? $"{free}, {Volume.Bytes(neededBytes - volume.FreeBytes)} of {Volume.Bytes(neededBytes)} are missing; free space or choose another place"
                : $"{free} but takes no more of {Volume.Bytes(neededBytes)}; check the quota, free space or choose another place";
    }

    private static string OneLine(Exception failure) => failure.Message.ReplaceLineEndings(" ").Trim();
}

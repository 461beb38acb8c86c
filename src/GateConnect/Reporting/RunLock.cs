// One writer per run folder. The operating system holds the lock with the open file, so that it ends with the process:
// a crash leaves the file behind, never the lock. Who holds it stands in a second file (one that is locked cannot be read),
// which also tells whether the folder is still the one that was claimed.
using System.Globalization;
using GateConnect.Runtime;

namespace GateConnect.Reporting;

/// <summary>The right to write to a run folder; dispose it to give the folder back.</summary>
public sealed class RunLock : IDisposable
{
    // What the operating systems report where another holds the file: EAGAIN on Linux, EWOULDBLOCK on macOS, a sharing violation on Windows.
    private static readonly int[] Busy = [11, 35, unchecked((int)0x80070020)];

    private readonly RunFolder folder;
    private readonly string owner;
    private readonly FileStream stream;

    private RunLock(RunFolder folder, FileStream stream)
    {
        (this.folder, this.stream) = (folder, stream);
        owner = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}, claim {Guid.NewGuid():N}\n");
        File.WriteAllText(folder.OwnerPath, owner);
    }

    /// <summary>Whether the folder at the path is still the one that was claimed: not deleted, and not made again by another.</summary>
    public bool IsHeld => Owner(folder) == owner;

    internal static RunLock Take(RunFolder folder)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(folder.LockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            return new RunLock(folder, stream);
        }
        catch (IOException failure) when (stream is null && Busy.Contains(failure.HResult))
        {
            var by = Owner(folder)?.Split(',')[0] is { Length: > 0 } process ? process : "another process";
            throw new RunInUseException($"{folder.Path}: the run folder is in use by {by}; wait for it, or choose another with --out");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            stream?.Dispose();
            throw new OutputException($"{folder.LockPath}: cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>Gives the folder back. The lock file stays: removing it would race with the next owner.</summary>
    public void Dispose() => stream.Dispose();

    /// <summary>Gives back a folder that nothing was written to, and removes it unless there is something in it.</summary>
    internal void Abandon()
    {
        try
        {
            File.Delete(folder.OwnerPath);
            File.Delete(folder.LockPath); // while it is held: whoever opens the path now makes a file, and a lock, of its own
            if (!Directory.EnumerateFileSystemEntries(folder.Path).Any())
            {
                Directory.Delete(folder.Path);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // An empty folder is left behind; what failed before is what the caller must hear of.
        }
        Dispose();
    }

    private static string? Owner(RunFolder folder)
    {
        try
        {
            return File.ReadAllText(folder.OwnerPath);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

// One writer per run folder. The operating system holds the lock with the open file, so that it ends with the process:
// a crash leaves the file behind, never the lock.
using GateConnect.Runtime;

namespace GateConnect.Reporting;

/// <summary>The right to write to a run folder; dispose it to give the folder back.</summary>
public sealed class RunLock : IDisposable
{
    // What the operating systems report where another holds the file: EAGAIN on Linux, EWOULDBLOCK on macOS, a sharing violation on Windows.
    private static readonly int[] Busy = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream stream;

    private RunLock(FileStream stream) => this.stream = stream;

    internal static RunLock Take(RunFolder folder)
    {
        try
        {
            return new RunLock(new FileStream(folder.LockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        }
        catch (IOException failure) when (Busy.Contains(failure.HResult))
        {
            throw new RunInUseException($"{folder.Path}: the run folder is in use by another process; wait for it, or choose another with --out");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"{folder.LockPath}: cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>Gives the folder back. The lock file stays: removing it would race with the next owner.</summary>
    public void Dispose() => stream.Dispose();
}

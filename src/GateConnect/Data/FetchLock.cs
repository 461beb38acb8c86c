// Two runs that start at once fetch a dataset once: the second waits for the first. The lock is the operating
// system's, so it ends with the process that holds it, however that ends.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Holds a lock file open; disposing gives it free. The empty file stays.</summary>
internal sealed class FetchLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly FileStream file;

    private FetchLock(FileStream file) => this.file = file;

    /// <summary>Takes the lock at <paramref name="path"/>; calls <paramref name="waiting"/> once if another holds it.</summary>
    /// <exception cref="OutputException">The file cannot be made.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public static async Task<FetchLock> TakeAsync(string path, Action waiting, CancellationToken cancel)
    {
        var hasWaited = false;
        while (true)
        {
            try
            {
                return new FetchLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None));
            }
            catch (IOException exception) when (IsHeld(exception))
            {
                if (!hasWaited)
                {
                    waiting();
                    hasWaited = true;
                }
                await Task.Delay(Pause, cancel);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new OutputException($"{path}: cannot be written ({exception.Message})", exception);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows: the only failures worth waiting for.
    private static bool IsHeld(IOException exception) => (exception.HResult & 0xffff) is 11 or 35 or 32;
}

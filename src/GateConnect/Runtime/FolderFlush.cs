// A rename is on the disk only once its folder is. .NET opens no folders, so the three calls go to the C library.
using System.Runtime.InteropServices;

namespace GateConnect.Runtime;

/// <summary>Flushes a folder's entries to the disk, where the system knows such a thing.</summary>
internal static partial class FolderFlush
{
    private const int ReadOnly = 0;

    /// <summary>
    /// Returns when renames in <paramref name="folder"/> outlive a power cut. File systems that cannot flush folders,
    /// and folders that may be written but not listed, are left alone: the file itself is complete by then.
    /// </summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    internal static void Run(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            return;
        }
        var error = Synchronise(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (error == SystemErrors.DeviceFailure || SystemErrors.IsNoSpace(error))
        {
            throw new IOException($"flushing the folder: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronise(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}

// The few error numbers of the operating system that decide what to do next. .NET keeps the number of a failed call in
// the exception's HResult: errno on Unix, a Win32 code behind 0x8007 on Windows.
namespace GateConnect.Runtime;

/// <summary>Tells apart why a write failed.</summary>
internal static class SystemErrors
{
    private const int Win32 = unchecked((int)0x80070000);

    // ENOSPC, EDQUOT on Linux, EDQUOT on macOS; ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED.
    private static readonly int[] NoSpace = [28, 122, 69, Win32 | 39, Win32 | 112, Win32 | 1295];

    // EINTR, EIO, EAGAIN, EBUSY, ETIMEDOUT, ESTALE on Linux; a sharing violation, a lost network name.
    private static readonly int[] Passing = [4, 5, 11, 16, 110, 116, Win32 | 32, Win32 | 64];

    /// <summary>EIO: the device failed.</summary>
    internal const int DeviceFailure = 5;

    /// <summary>Whether the system's number says that the volume or the quota is full.</summary>
    internal static bool IsNoSpace(int error) => NoSpace.Contains(error);

    /// <summary>What another attempt can hope for after <paramref name="failure"/>.</summary>
    internal static OutputFailure Judge(Exception? failure) => failure switch
    {
        UnauthorizedAccessException or DirectoryNotFoundException or PathTooLongException => OutputFailure.Lasting,
        IOException { HResult: var code } when IsNoSpace(code) => OutputFailure.NoSpace,
        IOException { HResult: var code } when Passing.Contains(code) => OutputFailure.Passing,
        _ => OutputFailure.Lasting,
    };

    /// <summary>The failure that the system reports on a full volume.</summary>
    internal static IOException FullVolume() => new("No space left on device", NoSpace[0]);
}

// The volume that a folder lies on, asked by the folder's own path: a run folder may be a mount of its own, or a link to one.
using System.Globalization;

namespace GateConnect.Runtime;

/// <summary>What is known of a volume.</summary>
/// <param name="Name">Where it is mounted.</param>
/// <param name="FreeBytes">What this user may still write to it; a quota may allow less.</param>
internal sealed record Volume(string Name, long FreeBytes)
{
    /// <summary>The volume of a folder that is there; null where the system does not tell. Lists all mounts: for messages.</summary>
    internal static Volume? Of(string folder) => Asked<Volume?>(folder, real =>
    {
        var mount = DriveInfo.GetDrives()
            .Where(drive => IsWithin(real, drive.Name))
            .MaxBy(drive => drive.Name.Length);
        return new Volume(mount?.Name ?? real, Measured(real));
    });

    /// <summary>The room on the volume of a folder that is there, in one call; null where the system does not tell.</summary>
    internal static long? FreeBytesOf(string folder) => Asked<long?>(folder, real => Measured(real));

    /// <summary>A number of bytes as messages give it: exact, in groups of three.</summary>
    internal static string Bytes(long bytes) => bytes.ToString("N0", CultureInfo.InvariantCulture);

    private static T? Asked<T>(string folder, Func<string, T> ask)
    {
        try
        {
            return ask(new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(folder));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return default;
        }
    }

    private static long Measured(string real) =>
        new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(real)! : real).AvailableFreeSpace;

    private static bool IsWithin(string folder, string root) =>
        folder == root || folder.StartsWith(root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}

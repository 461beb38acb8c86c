// The volume that a folder lies on, asked by the folder's own path: a run folder may be a mount of its own, or a link to one.
using System.Globalization;

namespace GateConnect.Runtime;

/// <summary>What is known of a volume.</summary>
/// <param name="Name">Where it is mounted.</param>
/// <param name="FreeBytes">What this user may still write to it; a quota may allow less.</param>
internal sealed record Volume(string Name, long FreeBytes)
{
    /// <summary>The volume of a folder that is there; null where the system does not tell.</summary>
    internal static Volume? Of(string folder)
    {
        try
        {
            var real = new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(folder);
            var mount = DriveInfo.GetDrives()
                .Where(drive => IsWithin(real, drive.Name))
                .MaxBy(drive => drive.Name.Length);
            return new Volume(mount?.Name ?? real, new DriveInfo(OperatingSystem.IsWindows() ? mount?.Name ?? real : real).AvailableFreeSpace);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>A number of bytes as messages give it: exact, in groups of three.</summary>
    internal static string Bytes(long bytes) => bytes.ToString("N0", CultureInfo.InvariantCulture);

    private static bool IsWithin(string folder, string root) =>
        folder == root || folder.StartsWith(root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}

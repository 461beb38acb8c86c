// A folder that outlives a power cut: its entry stands in the folder above, which is flushed too.
namespace GateConnect.Runtime;

/// <summary>Makes folders.</summary>
internal static class DurableFolder
{
    /// <summary>Makes a folder and those above it that are missing; nothing where it is there.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">There is no permission to make it.</exception>
    internal static void Create(string path)
    {
        var missing = new List<string>();
        for (var folder = Path.GetFullPath(path); folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
        {
            missing.Add(folder);
        }
        Directory.CreateDirectory(path);
        foreach (var folder in missing)
        {
            FolderFlush.Run(Path.GetDirectoryName(folder)!);
        }
    }
}

// What a user means by a list of files and folders: the files as they are, and whatever is an image below the folders.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Lists image files.</summary>
public static class ImageFiles
{
    /// <summary>Files as they are named, and for a folder its images at any depth, by their extensions, in ordinal order; hidden ones are skipped.</summary>
    /// <param name="paths">Files and folders; one that is not there is taken for a file, which whoever reads it will miss.</param>
    /// <exception cref="DataException">A folder cannot be listed.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return [.. paths.SelectMany(path => Directory.Exists(path) ? Below(path) : [path])];
    }

    private static string[] Below(string folder)
    {
        try
        {
            return ImageFolderScan.ImagesBelow(folder, []);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{folder}: cannot be listed: {error.Message}", error);
        }
    }
}

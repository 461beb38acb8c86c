// What lies in a folder of images, before anything is decoded: which folders are classes, which files are images, and
// every reason why this cannot be a dataset.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>The image files of one split.</summary>
/// <param name="Root">The folder whose sub-folders are the classes.</param>
/// <param name="ClassNames">Sub-folder names, in ordinal order.</param>
/// <param name="Files">Paths, class by class, in ordinal order within a class.</param>
/// <param name="Labels">One class index per file.</param>
/// <param name="Ignored">Files that are not images by their extension: extension to count.</param>
internal sealed record ImageFolderScan(
    string Root, IReadOnlyList<string> ClassNames, string[] Files, int[] Labels, IReadOnlyDictionary<string, int> Ignored)
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif",
    };

    // Hidden files and folders (a leading dot) are skipped by the attributes; the depth ends a loop of links.
    private static readonly EnumerationOptions Deep = new() { RecurseSubdirectories = true, MaxRecursionDepth = 8 };

    private static readonly EnumerationOptions Shallow = new();

    /// <summary>Lists <paramref name="root"/>: one sub-folder per class, images at any depth below it.</summary>
    /// <exception cref="DataException">No classes, a single class, or an empty class.</exception>
    internal static ImageFolderScan Of(string root)
    {
        try
        {
            return List(root, SubFolders(root));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{root}: cannot be listed: {error.Message}", error);
        }
    }

    /// <summary>Names of the visible sub-folders, in ordinal order.</summary>
    internal static string[] SubFolders(string root) =>
        [.. Directory.EnumerateDirectories(root, "*", Shallow).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    private static ImageFolderScan List(string root, string[] classNames)
    {
        if (classNames.Length < 2)
        {
            throw new DataException(TooFewClasses(root, classNames));
        }
        var (files, labels, ignored) = (new List<string>(), new List<int>(), new SortedDictionary<string, int>(StringComparer.Ordinal));
        for (var label = 0; label < classNames.Length; label++)
        {
            var folder = Path.Combine(root, classNames[label]);
            var images = ImagesBelow(folder, ignored);
            if (images.Length == 0)
            {
                throw new DataException(
                    $"{folder}: no images, expected at least one of class '{classNames[label]}' (JPEG, PNG, WebP, BMP or GIF)");
            }
            files.AddRange(images);
            labels.AddRange(Enumerable.Repeat(label, images.Length));
        }
        return new ImageFolderScan(root, classNames, [.. files], [.. labels], ignored);
    }

    /// <summary>The images at any depth, in ordinal order; what is none by its extension is counted.</summary>
    internal static string[] ImagesBelow(string folder, SortedDictionary<string, int> ignored)
    {
        var images = new List<string>();
        foreach (var path in Directory.EnumerateFiles(folder, "*", Deep))
        {
            var extension = Path.GetExtension(path);
            if (Extensions.Contains(extension))
            {
                images.Add(path);
            }
            else
            {
                var kind = extension.Length == 0 ? "without extension" : extension.ToLowerInvariant();
                ignored[kind] = ignored.GetValueOrDefault(kind) + 1;
            }
        }
        images.Sort(StringComparer.Ordinal);
        return [.. images];
    }

    private static string TooFewClasses(string root, string[] names)
    {
        if (names.Length == 0)
        {
            return $"{root}: no sub-folders, expected one per class with its images inside";
        }
        var only = Path.Combine(root, names[0]);
        var below = SubFolders(only);
        return below.Length > 1
            ? $"{root}: one sub-folder only, expected one per class; did you mean {only}, which has {below.Length}?"
            : $"{root}: a single class '{names[0]}', expected at least two sub-folders, one per class";
    }
}

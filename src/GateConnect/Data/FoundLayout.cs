// A layout of a dataset laid over a real folder or archive: which file stands for each part, and which parts lack one.
// The locator asks whether it is complete, the verifier reads every file of it.
namespace GateConnect.Data;

/// <summary>One part and the file found for it.</summary>
/// <param name="Part">What must be there.</param>
/// <param name="Form">The form found, or the usual one if none was.</param>
/// <param name="Path">The file, or null if no form of the part is there.</param>
internal sealed record FoundPart(DatasetPart Part, DatasetFile Form, string? Path);

/// <summary>A layout over a place.</summary>
/// <param name="ReaderPath">What a reader is given: the folder, or the archive.</param>
/// <param name="Parts">Every part of the layout.</param>
internal sealed record FoundLayout(string ReaderPath, IReadOnlyList<FoundPart> Parts)
{
    private int Present => Parts.Count(part => part.Path is not null);

    /// <summary>Whether every part is there.</summary>
    public bool IsComplete => Present == Parts.Count;

    /// <summary>
    /// The first complete layout of <paramref name="entry"/> at <paramref name="place"/> (a folder, or an archive
    /// under any name), or else the one of which most is there; never null, but perhaps with nothing found.
    /// </summary>
    public static FoundLayout Best(DatasetEntry entry, string place)
    {
        var candidates = Candidates(entry, place).ToList();
        return candidates.Find(candidate => candidate.IsComplete) ?? candidates.MaxBy(candidate => candidate.Present)!;
    }

    private static IEnumerable<FoundLayout> Candidates(DatasetEntry entry, string place)
    {
        if (File.Exists(place) && IsArchiveName(place)
            && entry.Layouts.FirstOrDefault(layout => layout.Kind == LayoutKind.Archive) is { } archive)
        {
            var part = archive.Parts[0];
            return [new FoundLayout(place, [new FoundPart(part, part.Forms[0], place)])];
        }
        return
            from layout in entry.Layouts
            from folder in layout.Folders
            select Lay(layout, Path.Combine(place, folder));
    }

    private static FoundLayout Lay(DatasetLayout layout, string folder)
    {
        var parts = layout.Parts.Select(part => Fill(part, folder)).ToList();
        var path = layout.Kind == LayoutKind.Archive ? Path.Combine(folder, parts[0].Form.Name) : folder;
        return new FoundLayout(path, parts);
    }

    private static FoundPart Fill(DatasetPart part, string folder)
    {
        foreach (var form in part.Forms)
        {
            var path = Path.Combine(folder, form.Name);
            if (File.Exists(path))
            {
                return new FoundPart(part, form, path);
            }
        }
        return new FoundPart(part, part.Usual, null);
    }

    private static bool IsArchiveName(string path) => ((string[])[".tar.gz", ".tgz", ".tar"])
        .Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}

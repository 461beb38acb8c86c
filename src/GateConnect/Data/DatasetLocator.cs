// Finds datasets on this machine without reading more of them than a few kilobytes. A path given by the user is the
// only place looked at and must have the data; otherwise: the user's own folder, the cache, system packages.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Looks for datasets in <paramref name="places"/>. Reads only; keeps no state.</summary>
public sealed class DatasetLocator(DatasetPlaces places)
{
    /// <summary>
    /// Looks for a published dataset. With <paramref name="given"/> (a folder with the files or with a sub-folder of
    /// the dataset's name, or an archive) nothing else is looked at.
    /// </summary>
    /// <exception cref="DataException">The given path does not exist, or lacks the data, or holds another dataset.</exception>
    public DatasetSearch Locate(DatasetEntry entry, string? given = null)
    {
        if (given is not null)
        {
            return new DatasetSearch(entry, LocateGiven(entry, Path.GetFullPath(given)), []);
        }
        var lookedAt = new List<string>();
        foreach (var (place, source) in PlacesOf(entry))
        {
            if (Look(entry, place) is not { } path)
            {
                lookedAt.Add(place);
            }
            else if (DatasetIdentity.OtherThan(entry, path) is { } other)
            {
                lookedAt.Add($"{place} (holds {other.Name})");
            }
            else
            {
                return new DatasetSearch(entry, new DatasetLocation(path, source), lookedAt);
            }
        }
        return new DatasetSearch(entry, null, lookedAt);
    }

    /// <summary>Checks that <paramref name="given"/> is a folder, for <see cref="DatasetKind.Folder"/>.</summary>
    /// <exception cref="ConfigurationException">No path was given.</exception>
    /// <exception cref="DataException">There is no such folder.</exception>
    public static DatasetLocation LocateFolder(string? given)
    {
        if (given is null)
        {
            throw new ConfigurationException(
                "dataset folder: needs --data PATH, a folder with one sub-folder of images per class");
        }
        var path = Path.GetFullPath(given);
        return Directory.Exists(path)
            ? new DatasetLocation(path, DatasetSource.Given)
            : throw new DataException(
                $"{path}: {(File.Exists(path) ? "is a file" : "does not exist")}, " +
                "expected a folder with one sub-folder of images per class");
    }

    private static DatasetLocation LocateGiven(DatasetEntry entry, string given)
    {
        if (!Path.Exists(given))
        {
            throw new DataException($"{given}: does not exist, expected {entry.Title}: {entry.Expectation}");
        }
        var path = Look(entry, given) ?? Look(entry, Path.Combine(given, entry.Name))
            ?? throw new DataException(LacksMessage(entry, given));
        if (DatasetIdentity.OtherThan(entry, path) is { } other)
        {
            throw new DataException($"{path}: holds {other.Title}, not {entry.Title}: use --dataset {other.Name}");
        }
        return new DatasetLocation(path, DatasetSource.Given);
    }

    private static string LacksMessage(DatasetEntry entry, string given)
    {
        var missing = FoundLayout.Best(entry, given).Parts
            .Where(part => part.Path is null)
            .Select(part => part.Part.Usual.Name)
            .ToList();
        var what = File.Exists(given) ? "is not a form of" : "lacks";
        return $"{given}: {what} {entry.Title}, expected {entry.Expectation}"
            + (missing.Count > 0 && Directory.Exists(given) ? $"; missing: {string.Join(", ", missing)}" : "");
    }

    private IEnumerable<(string Place, DatasetSource Source)> PlacesOf(DatasetEntry entry)
    {
        if (places.DataFolder is { } data)
        {
            yield return (Path.Combine(data, entry.Name), DatasetSource.Environment);
            yield return (data, DatasetSource.Environment);
        }
        yield return (places.CacheOf(entry), DatasetSource.Cache);
        foreach (var folder in entry.SystemFolders)
        {
            yield return (places.SystemRoot + folder, DatasetSource.System);
        }
    }

    private static string? Look(DatasetEntry entry, string place)
    {
        var layout = FoundLayout.Best(entry, place);
        return layout.IsComplete ? layout.ReaderPath : null;
    }
}

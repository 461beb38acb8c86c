// The rows of `data list`: every published dataset, what it holds and where on this machine it is.
namespace GateConnect.Data;

/// <summary>A published dataset and where it is on this machine.</summary>
/// <param name="Entry">What it is: name, images, classes, terms.</param>
/// <param name="Location">Where it is, or null.</param>
/// <param name="LookedAt">The places looked at in vain before that.</param>
public sealed record DatasetStatus(DatasetEntry Entry, DatasetLocation? Location, IReadOnlyList<string> LookedAt)
{
    /// <summary>The short name, as on the command line.</summary>
    public string Name => Entry.Name;

    /// <summary>Training and test images together.</summary>
    public int Images => Entry.TrainImages + Entry.TestImages;

    /// <summary>How many classes there are.</summary>
    public int Classes => Entry.Classes;

    /// <summary>Bytes of the official download.</summary>
    public long DownloadBytes => Entry.Downloads.Sum(file => file.Bytes ?? 0);

    /// <summary>One row per dataset of the catalogue, in its order. Reads a few kilobytes at most.</summary>
    public static IReadOnlyList<DatasetStatus> List(DatasetPlaces places)
    {
        var locator = new DatasetLocator(places);
        return [.. DatasetCatalog.Entries.Select(entry => locator.Locate(entry)).Select(search =>
            new DatasetStatus(search.Entry, search.Found, search.LookedAt))];
    }
}

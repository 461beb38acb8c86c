// What a fetch says while it runs and when it is done, as values; the command line turns them into bars and lines.
namespace GateConnect.Data;

/// <summary>What a fetch is doing.</summary>
public enum FetchStep
{
    /// <summary>Another process fetches the same dataset; this one goes on when that one ends.</summary>
    Waiting,

    /// <summary>Checking files that are already there.</summary>
    Checking,

    /// <summary>Refreshing a private index of the system's packages.</summary>
    RefreshingIndex,

    /// <summary>Downloading the system package.</summary>
    DownloadingPackage,

    /// <summary>Unpacking the system package.</summary>
    Unpacking,

    /// <summary>Downloading a file from the dataset's authors.</summary>
    Downloading,
}

/// <summary>The state of a fetch.</summary>
/// <param name="Step">What it is doing.</param>
/// <param name="Item">The file or package concerned.</param>
/// <param name="BytesDone">Bytes of it that are there, those of an earlier attempt included; 0 where not known.</param>
/// <param name="BytesTotal">Its size in bytes, or null where not known.</param>
public sealed record FetchProgress(FetchStep Step, string Item, long BytesDone = 0, long? BytesTotal = null);

/// <summary>How a dataset was got.</summary>
public enum FetchMeans
{
    /// <summary>It was there already.</summary>
    AlreadyThere,

    /// <summary>From the system's package manager.</summary>
    PackageManager,

    /// <summary>From its authors.</summary>
    OfficialDownload,
}

/// <summary>A dataset that was fetched.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Means">How it was got.</param>
/// <param name="Notes">What failed before that, one line each; empty if the first way worked.</param>
public sealed record FetchResult(DatasetLocation Location, FetchMeans Means, IReadOnlyList<string> Notes);

// Where a dataset was found, or where it was looked for in vain: the values that DatasetLocator returns.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Why a place was looked at.</summary>
public enum DatasetSource
{
    /// <summary>The path was given for this run (<c>--data</c>).</summary>
    Given,

    /// <summary>The user's own folder, <c>GATECONNECT_DATA</c>.</summary>
    Environment,

    /// <summary>The cache, where <c>data fetch</c> puts datasets.</summary>
    Cache,

    /// <summary>A folder of an installed system package.</summary>
    System,
}

/// <summary>A dataset that is there.</summary>
/// <param name="Path">What a reader is given: a folder, or an archive.</param>
/// <param name="Source">Why the place was looked at.</param>
public sealed record DatasetLocation(string Path, DatasetSource Source);

/// <summary>The outcome of looking for a dataset.</summary>
/// <param name="Entry">What was looked for.</param>
/// <param name="Found">Where it is, or null.</param>
/// <param name="LookedAt">The places looked at before it was found, each with a remark where there is one.</param>
public sealed record DatasetSearch(DatasetEntry Entry, DatasetLocation? Found, IReadOnlyList<string> LookedAt)
{
    /// <summary>The location found.</summary>
    /// <exception cref="DataException">Nothing was found; the message lists the places and the remedies.</exception>
    public DatasetLocation Require() => Found ?? throw new DataException(
        $"{Entry.Title} was not found in {string.Join(", ", LookedAt)}: fetch it with 'data fetch {Entry.Name}', " +
        $"or name a folder with {Entry.Expectation} by --data or {DatasetPlaces.DataVariable}");
}

// What checking a dataset's files tells, as values.
namespace GateConnect.Data;

/// <summary>The state of one file.</summary>
public enum FileState
{
    /// <summary>The official file, or one that holds exactly the official data.</summary>
    Official,

    /// <summary>Readable, but not known: the user's own or a repacked archive. It is used all the same.</summary>
    Unknown,

    /// <summary>Not there.</summary>
    Missing,

    /// <summary>There, but it cannot be read to its end.</summary>
    Damaged,
}

/// <summary>The outcome for one file.</summary>
/// <param name="Name">The file name, without folder.</param>
/// <param name="State">What was found.</param>
public sealed record FileCheck(string Name, FileState State)
{
    /// <summary>Its size in bytes, or null if it is missing.</summary>
    public long? Bytes { get; init; }

    /// <summary>Its SHA-256 in lower-case hexadecimal, or null if it could not be read.</summary>
    public string? Sha256 { get; init; }

    /// <summary>A remark: what differs, what is damaged and where; "" for none.</summary>
    public string Note { get; init; } = "";
}

/// <summary>The outcome for a dataset.</summary>
/// <param name="Entry">What was checked.</param>
/// <param name="Path">Where it lies: a folder, or an archive.</param>
/// <param name="Files">One row per file, in the catalogue's order.</param>
public sealed record DatasetVerification(DatasetEntry Entry, string Path, IReadOnlyList<FileCheck> Files)
{
    /// <summary>Whether every file is there and can be read; unknown files count as usable.</summary>
    public bool IsUsable => Files.All(file => file.State is FileState.Official or FileState.Unknown);

    /// <summary>Whether every file holds the official data.</summary>
    public bool IsOfficial => Files.All(file => file.State == FileState.Official);
}

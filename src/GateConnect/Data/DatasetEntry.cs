// What the program knows of a published dataset, as plain values: what it is called and holds, which files it is made
// of in each form people have it, and where its authors offer it. DatasetCatalog has the rows.
namespace GateConnect.Data;

/// <summary>One file of a published dataset, as it may lie on a disk.</summary>
/// <param name="Name">The file name, without folder.</param>
public sealed record DatasetFile(string Name)
{
    /// <summary>The size of the official file in bytes, or null if none is published.</summary>
    public long? Bytes { get; init; }

    /// <summary>SHA-256 of the official file, lower-case hexadecimal, or null if none is published.</summary>
    public string? Sha256 { get; init; }

    /// <summary>SHA-256 of what is inside, uncompressed, for a gzip file: a repacked file is recognised by it.</summary>
    public string? ContentSha256 { get; init; }

    /// <summary>Where the authors offer the file, tried in this order; empty for a form that is not offered.</summary>
    public IReadOnlyList<Uri> Addresses { get; init; } = [];
}

/// <summary>A part of a dataset, which may lie there in several forms; one of them is enough.</summary>
/// <param name="Forms">The files that can stand for the part, preferred first.</param>
public sealed record DatasetPart(IReadOnlyList<DatasetFile> Forms)
{
    /// <summary>The form that is offered for download, or else the preferred one.</summary>
    public DatasetFile Usual => Forms.FirstOrDefault(form => form.Addresses.Count > 0) ?? Forms[0];
}

/// <summary>What a reader is given for a layout.</summary>
public enum LayoutKind
{
    /// <summary>The folder that holds the files.</summary>
    Folder,

    /// <summary>The one archive file itself; a user's own may have any name that ends in .tar.gz, .tgz or .tar.</summary>
    Archive,
}

/// <summary>One way a whole dataset may lie on a disk.</summary>
/// <param name="Kind">Whether readers take the folder or the archive.</param>
/// <param name="Folders">Sub-folders in which the files may be, "" for the place itself.</param>
/// <param name="Parts">What must be there.</param>
public sealed record DatasetLayout(LayoutKind Kind, IReadOnlyList<string> Folders, IReadOnlyList<DatasetPart> Parts);

/// <summary>A published dataset.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Title">Its name as people write it.</param>
/// <param name="Shape">The shape of every image.</param>
public sealed record DatasetEntry(DatasetKind Kind, string Title, ImageShape Shape)
{
    /// <summary>How many classes there are.</summary>
    public required int Classes { get; init; }

    /// <summary>Images in the training part.</summary>
    public required int TrainImages { get; init; }

    /// <summary>Images in the test part.</summary>
    public required int TestImages { get; init; }

    /// <summary>Authors and terms, in one line.</summary>
    public required string License { get; init; }

    /// <summary>The forms in which the dataset is read, preferred first.</summary>
    public required IReadOnlyList<DatasetLayout> Layouts { get; init; }

    /// <summary>Bytes of one image with its labels in the unpacked binary files; null for IDX.</summary>
    public int? RecordBytes { get; init; }

    /// <summary>The Debian package that holds the dataset, or null.</summary>
    public string? DebianPackage { get; init; }

    /// <summary>Folders in which a system package puts the files.</summary>
    public IReadOnlyList<string> SystemFolders { get; init; } = [];

    /// <summary>The short name, as on the command line and in the cache.</summary>
    public string Name => Kind.Text();

    /// <summary>The files of the official download.</summary>
    public IEnumerable<DatasetFile> Downloads => Layouts
        .SelectMany(layout => layout.Parts)
        .SelectMany(part => part.Forms)
        .Where(file => file.Addresses.Count > 0);

    /// <summary>What must be in a folder for the dataset to be there, in words for an error message.</summary>
    public string Expectation => string.Join(", or ", Layouts.Select(Describe));

    private static string Describe(DatasetLayout layout)
    {
        var names = string.Join(", ", layout.Parts.Select(part => part.Usual.Name));
        return layout.Parts.Any(part => part.Forms.Count > 1) ? $"{names} (packed or not)" : names;
    }
}

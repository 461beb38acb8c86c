// MNIST and Fashion-MNIST: four IDX files in a folder, gzip or not, under the names they are distributed with.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Reads the four IDX files of MNIST and of everything that is packed like it.</summary>
internal static class IdxReader
{
    /// <summary>
    /// Reads <c>train-images-idx3-ubyte</c>, <c>train-labels-idx1-ubyte</c>, <c>t10k-images-idx3-ubyte</c> and
    /// <c>t10k-labels-idx1-ubyte</c> (also spelled <c>train-images.idx3-ubyte</c>), each with or without <c>.gz</c>;
    /// whether a file is gzip is told by its first bytes, not by its name.
    /// </summary>
    /// <param name="folder">The folder that holds the files.</param>
    /// <param name="name">The dataset's name for reports.</param>
    /// <param name="classNames">One name per class; labels must be below their count.</param>
    /// <returns>Grey images [1, rows, columns]; the test part is the t10k files.</returns>
    /// <exception cref="DataException">A file is missing or damaged, or counts or sizes do not agree.</exception>
    public static DatasetParts ReadFolder(string folder, string name, IReadOnlyList<string> classNames)
    {
        var train = ReadPart(folder, "train", name, classNames);
        var test = ReadPart(folder, "t10k", name, classNames);
        return train.Shape == test.Shape
            ? new DatasetParts(train, test)
            : throw new DataException($"{folder}: training images are {train.Shape}, test images {test.Shape}, expected one shape");
    }

    private static ImageDataset ReadPart(string folder, string part, string name, IReadOnlyList<string> classNames)
    {
        var images = IdxFile.ReadImages(Find(folder, $"{part}-images", "idx3-ubyte"));
        var labelsPath = Find(folder, $"{part}-labels", "idx1-ubyte");
        var labels = IdxFile.ReadLabels(labelsPath, classNames.Count);
        return images.Pixels.Length == labels.Length
            ? new ImageDataset(name, images.Shape, classNames, images.Pixels, labels)
            : throw new DataException(
                $"{labelsPath}: {labels.Length} labels at offset 4, expected {images.Pixels.Length} as many as images in {images.Path}");
    }

    private static string Find(string folder, string stem, string suffix)
    {
        if (!Directory.Exists(folder))
        {
            throw new DataException($"{folder}: no such folder, expected one that holds {stem}-{suffix}[.gz]");
        }
        string[] names = [$"{stem}-{suffix}", $"{stem}-{suffix}.gz", $"{stem}.{suffix}", $"{stem}.{suffix}.gz"];
        return names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new DataException($"{folder}: no file {names[0]} or {names[1]}, expected the four files of an IDX dataset");
    }
}

// Folders of photos as people have them: train/ and val/ with a folder per class, or just a folder per class. Lists
// first and refuses what cannot work, then decodes everything once, in parallel, into small uint8 squares, or reads it through
// and leaves it in its files (PhotoFiles).
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Reads a folder with one sub-folder of images per class.</summary>
public static class ImageFolderReader
{
    private static readonly string[] TestFolders = ["val", "valid", "validation", "test"];

    /// <summary>
    /// Reads <paramref name="root"/>. Where it has <c>train/</c>, the test part is the first of <c>val/</c>,
    /// <c>valid/</c>, <c>validation/</c>, <c>test/</c> that exists; otherwise its sub-folders are the classes and a
    /// seeded share of each is held out. Classes are sub-folder names in ordinal order; hidden files are skipped, files
    /// without an image's extension ignored and counted in the notes. Each image is turned as its EXIF orientation
    /// says, its shorter side resized to the image size, the centre square kept, transparency composited on white.
    /// </summary>
    /// <param name="root">The folder.</param>
    /// <param name="options">Image size, split, memory bound and what to do with damaged images.</param>
    /// <returns>Images [3, size, size], or [1, size, size] where grey was asked for.</returns>
    /// <exception cref="DataException">No such folder or split, too few or empty classes, or an undecodable image.</exception>
    /// <exception cref="ConfigurationException">Options out of range, or more pixels than memory.</exception>
    public static DatasetParts Read(string root, ImageFolderOptions options)
    {
        options.Validate();
        var scans = Scan(root);
        string[] files = [.. scans.SelectMany(scan => scan.Files)];
        var (pool, failures) = options.Decoding == DecodingPolicy.Once ? InMemory(root, files, options) : Streamed(root, files, options);
        var notes = Notes(scans, failures, files.Length);

        var first = Collect(scans[0], pool, offset: 0);
        return scans.Count == 2
            ? new DatasetParts(first, Collect(scans[1], pool, scans[0].Files.Length)) { Notes = notes }
            : Split(root, first, options) with { Notes = [.. notes, SplitNote(options)] };
    }

    // The images of all files, without labels; those that were skipped are not asked for.
    private static (ImagePool Pool, IReadOnlyList<DataException> Failures) InMemory(string root, string[] files, ImageFolderOptions options)
    {
        EnsureItFits(files.Length, options);
        var images = ParallelDecoding.Run(files, options);
        return (new ImagePool(NameOf(root), options.Decoder().Shape, index => images.Images[index] is not null) { Pixels = images.Images }, images.Failures);
    }

    private static (ImagePool Pool, IReadOnlyList<DataException> Failures) Streamed(string root, string[] files, ImageFolderOptions options)
    {
        var photos = new PhotoFiles(files, options.Decoder(), options.DecodedCacheBytes);
        var survey = photos.Survey(options);
        return (new ImagePool(NameOf(root), photos.Shape, index => survey.Images[index] is not null) { Photos = photos }, survey.Failures);
    }

    private static string NameOf(string root) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)));

    /// <summary>Decoded or not, the images of all files by their place in the list.</summary>
    private sealed record ImagePool(string Name, ImageShape Shape, Func<int, bool> Has)
    {
        internal byte[]?[] Pixels { get; init; } = [];

        internal PhotoFiles? Photos { get; init; }

        internal ImageDataset Of(IReadOnlyList<string> classNames, int[] places, int[] labels) => Photos is { } photos
            ? new ImageDataset(Name, classNames, photos, places, labels)
            : new ImageDataset(Name, Shape, classNames, Array.ConvertAll(places, place => Pixels[place]!), labels);
    }

    private static List<ImageFolderScan> Scan(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new DataException($"{root}: no such folder, expected one with train/ and val/, or with one sub-folder per class");
        }
        var evaluation = TestFolders.FirstOrDefault(name => Directory.Exists(Path.Combine(root, name)));
        var hasTrain = Directory.Exists(Path.Combine(root, "train"));
        if (!hasTrain && evaluation is null)
        {
            return [ImageFolderScan.Of(root)];
        }
        if (!hasTrain || evaluation is null)
        {
            throw new DataException(hasTrain
                ? $"{root}: has train/ but none of val/, valid/, validation/, test/; " +
                  $"add one, or name {Path.Combine(root, "train")} to have it split"
                : $"{root}: has {evaluation}/ but no train/, expected both, or one sub-folder per class");
        }
        var train = ImageFolderScan.Of(Path.Combine(root, "train"));
        var test = ImageFolderScan.Of(Path.Combine(root, evaluation));
        ExpectSameClasses(train, test);
        return [train, test];
    }

    private static void ExpectSameClasses(ImageFolderScan train, ImageFolderScan test)
    {
        foreach (var (one, other) in new[] { (train, test), (test, train) })
        {
            var lonely = one.ClassNames.Except(other.ClassNames, StringComparer.Ordinal).FirstOrDefault();
            if (lonely is not null)
            {
                throw new DataException($"{other.Root}: no class '{lonely}', which {one.Root} has; expected the same sub-folders in both");
            }
        }
    }

    private static void EnsureItFits(long count, ImageFolderOptions options)
    {
        var channels = options.Colour == ImageColour.Colour ? 3 : 1;
        var needed = count * channels * options.ImageSize * options.ImageSize;
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed > available)
        {
            throw new ConfigurationException(
                $"image size: {count} images of {options.ImageSize} pixels take {needed >> 20} MB, " +
                $"this machine has {available >> 20} MB; choose a smaller one, or --decoding streamed, which keeps them in their files");
        }
    }

    private static ImageDataset Collect(ImageFolderScan scan, ImagePool pool, int offset)
    {
        var kept = Enumerable.Range(0, scan.Files.Length).Where(index => pool.Has(offset + index)).ToArray();
        var dataset = pool.Of(scan.ClassNames, Array.ConvertAll(kept, index => offset + index), Array.ConvertAll(kept, index => scan.Labels[index]));
        var empty = Array.IndexOf(dataset.ClassCounts(), 0);
        return empty < 0
            ? dataset
            : throw new DataException(
                $"{Path.Combine(scan.Root, scan.ClassNames[empty])}: every image is undecodable, " +
                $"expected at least one of class '{scan.ClassNames[empty]}'");
    }

    private static DatasetParts Split(string root, ImageDataset all, ImageFolderOptions options)
    {
        var lonely = Array.FindIndex(all.ClassCounts(), count => count < 2);
        if (lonely >= 0)
        {
            throw new DataException(
                $"{Path.Combine(root, all.ClassNames[lonely])}: a single image, expected at least two to keep one and test on one");
        }
        var (train, test) = DatasetSplit.StratifiedSplit(all, options.TestFraction, options.Seeds, "test");
        return new DatasetParts(train, test);
    }

    private static string SplitNote(ImageFolderOptions options) => FormattableString.Invariant(
        $"one folder only: {100 * options.TestFraction:0.#} % of each class held out for the test, by seed {options.Seeds.Master}");

    private static List<string> Notes(List<ImageFolderScan> scans, IReadOnlyList<DataException> failures, int files)
    {
        var notes = new List<string>();
        var ignored = scans.SelectMany(scan => scan.Ignored).GroupBy(pair => pair.Key, pair => pair.Value).ToArray();
        if (ignored.Length > 0)
        {
            var kinds = string.Join(", ", ignored.Select(kind => $"{kind.Sum()} {kind.Key}"));
            notes.Add($"ignored files that are not JPEG, PNG, WebP, BMP or GIF: {kinds}");
        }
        if (failures.Count > 0)
        {
            notes.AddRange(failures.Select(failure => $"skipped: {failure.Message}"));
            notes.Add($"skipped {failures.Count} undecodable images of {files}");
        }
        return notes;
    }
}

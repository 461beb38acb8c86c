// The one entry point of reading: from a request to the training and test images in memory.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Reads any dataset this library knows.</summary>
public static class DatasetReader
{
    /// <summary>
    /// Reads, and where an image size is asked for that is not the dataset's own, resizes (see <see cref="ImageResizer"/>).
    /// </summary>
    /// <exception cref="DataException">Data are missing or damaged: file, offset, expectation.</exception>
    /// <exception cref="ConfigurationException">A value of the request is out of range.</exception>
    /// <exception cref="OperationCanceledException">Reading was cancelled.</exception>
    public static DatasetParts Read(DatasetRequest request)
    {
        var imageSize = request.ImageSize ?? DatasetDefaults.ImageSize(request.Kind);
        if (imageSize is < 1 or > ImageFolderOptions.LargestImageSize)
        {
            throw new ConfigurationException($"image size: {imageSize}, expected 1 to {ImageFolderOptions.LargestImageSize}");
        }
        return request.Kind switch
        {
            DatasetKind.FashionMnist => Idx(request, DatasetDefaults.FashionMnistClasses),
            DatasetKind.Mnist => Idx(request, DatasetDefaults.MnistClasses),
            DatasetKind.Cifar10 => Resized(CifarReader.Read(request.Path, CifarKind.Cifar10), request),
            DatasetKind.Cifar100 => Resized(CifarReader.Read(request.Path, CifarKind.Cifar100), request),
            DatasetKind.Folder => ImageFolderReader.Read(request.Path, FolderOptions(request, imageSize)),
            DatasetKind.Shapes => SyntheticShapes.Create(
                request.Shapes with { ImageSize = request.ImageSize ?? request.Shapes.ImageSize }, request.Seeds),
            _ => throw new ArgumentOutOfRangeException(nameof(request), request.Kind, "unknown kind of dataset"),
        };
    }

    private static DatasetParts Idx(DatasetRequest request, IReadOnlyList<string> classNames) =>
        Resized(IdxReader.ReadFolder(request.Path, request.Kind.Text(), classNames), request);

    // Only on request: an IDX file of another size than 28 is read as it is.
    private static DatasetParts Resized(DatasetParts parts, DatasetRequest request) =>
        request.ImageSize is { } side ? ImageResizer.Resize(parts, side) : parts;

    private static ImageFolderOptions FolderOptions(DatasetRequest request, int imageSize) => new(imageSize, request.Seeds)
    {
        TestFraction = request.TestFraction,
        MemoryBound = request.MemoryBound,
        Decoding = request.Decoding,
        DecodedCacheBytes = request.DecodedCacheBytes,
        Policy = request.Policy,
        Colour = request.Colour,
        Progress = request.Progress,
        Cancellation = request.Cancellation,
    };
}

// What is used for a kind of data when nothing is said: the size of the images and the names of the classes of files
// that do not carry them.
namespace GateConnect.Data;

/// <summary>Defaults per <see cref="DatasetKind"/>.</summary>
internal static class DatasetDefaults
{
    /// <summary>The ten classes of Fashion-MNIST, in label order.</summary>
    public static IReadOnlyList<string> FashionMnistClasses { get; } =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>The ten classes of MNIST, in label order.</summary>
    public static IReadOnlyList<string> MnistClasses { get; } = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <summary>The image size used when none is given: the dataset's own, or 32 for a folder and for shapes.</summary>
    public static int ImageSize(DatasetKind kind) => kind is DatasetKind.FashionMnist or DatasetKind.Mnist ? 28 : 32;
}

// How CIFAR-10 and CIFAR-100 are laid out in their binary distribution: which files, how many label bytes before the
// 3072 pixel bytes, and what the classes are called when no names file lies beside them.
namespace GateConnect.Data;

/// <summary>Which of the two CIFAR datasets.</summary>
internal enum CifarKind
{
    /// <summary>Ten classes, one label byte per record.</summary>
    Cifar10,

    /// <summary>A hundred fine classes; a coarse label byte precedes the fine one and is not used.</summary>
    Cifar100,
}

/// <summary>The files and records of one of the datasets.</summary>
/// <param name="Name">The dataset's name for reports.</param>
/// <param name="FolderName">The folder inside the distributed archive.</param>
/// <param name="TrainFiles">Training files, in order.</param>
/// <param name="TestFile">The test file.</param>
/// <param name="NamesFile">The text file of class names, one a line.</param>
/// <param name="LabelBytes">Bytes before the pixels; the last of them is the label.</param>
/// <param name="StandardNames">Class names in label order.</param>
internal sealed record CifarLayout(
    string Name,
    string FolderName,
    IReadOnlyList<string> TrainFiles,
    string TestFile,
    string NamesFile,
    int LabelBytes,
    IReadOnlyList<string> StandardNames)
{
    /// <summary>Images are 3x32x32: a red, a green and a blue plane, row by row.</summary>
    internal static readonly ImageShape Shape = new(3, 32, 32);

    /// <summary>No file of the distribution has more records; a longer one is not CIFAR.</summary>
    internal const int MostRecordsPerFile = 50_000;

    private static readonly CifarLayout Ten = new(
        "cifar10",
        "cifar-10-batches-bin",
        ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"],
        "test_batch.bin",
        "batches.meta.txt",
        LabelBytes: 1,
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]);

    private static readonly CifarLayout Hundred = new(
        "cifar100",
        "cifar-100-binary",
        ["train.bin"],
        "test.bin",
        "fine_label_names.txt",
        LabelBytes: 2,
        FineNames.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private const string FineNames =
        """
        apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can
        castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin
        elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster
        man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck
        pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk
        skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger
        tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
        """;

    /// <summary>Bytes of one label-and-image record.</summary>
    internal int RecordBytes => LabelBytes + Shape.ByteCount;

    /// <summary>Every file with images, training first.</summary>
    internal IEnumerable<string> ImageFiles => TrainFiles.Append(TestFile);

    /// <summary>The layout of <paramref name="kind"/>.</summary>
    internal static CifarLayout Of(CifarKind kind) => kind == CifarKind.Cifar10 ? Ten : Hundred;
}

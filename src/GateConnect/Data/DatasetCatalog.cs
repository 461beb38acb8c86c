// The published datasets this program can find, fetch and check: one row each. A checksum stands here only where it is
// well known. Those of Fashion-MNIST were also derived anew: Debian's package differs from the official gzip files in
// nothing but the name and time in the gzip header, and putting these back gives the official checksums.
namespace GateConnect.Data;

/// <summary>The published datasets.</summary>
public static class DatasetCatalog
{
    private static readonly string[] IdxFolders = ["", "raw"];

    /// <summary>Every row, in the order of <c>data list</c>.</summary>
    public static IReadOnlyList<DatasetEntry> Entries { get; } = [FashionMnist(), Mnist(), Cifar10(), Cifar100()];

    /// <summary>The row of <paramref name="kind"/>, or null for kinds that nobody publishes (folder, shapes).</summary>
    public static DatasetEntry? Find(DatasetKind kind) => Entries.FirstOrDefault(entry => entry.Kind == kind);

    private static DatasetEntry FashionMnist()
    {
        string[] servers =
        [
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ];
        return new DatasetEntry(DatasetKind.FashionMnist, "Fashion-MNIST", new ImageShape(1, 28, 28))
        {
            Classes = 10,
            TrainImages = 60_000,
            TestImages = 10_000,
            License = "Xiao, Rasul and Vollgraf 2017 (arXiv:1708.07747), Zalando SE; MIT licence",
            DebianPackage = "dataset-fashion-mnist",
            SystemFolders = ["/usr/share/datasets/fashion-mnist"],
            Layouts =
            [
                new(LayoutKind.Folder, IdxFolders,
                [
                    Idx(servers, "train-images-idx3-ubyte", new(26_421_880,
                        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 47_040_016,
                        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888")),
                    Idx(servers, "train-labels-idx1-ubyte", new(29_515,
                        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 60_008,
                        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9")),
                    Idx(servers, "t10k-images-idx3-ubyte", new(4_422_102,
                        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 7_840_016,
                        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b")),
                    Idx(servers, "t10k-labels-idx1-ubyte", new(5_148,
                        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 10_008,
                        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34")),
                ]),
            ],
        };
    }

    private static DatasetEntry Mnist()
    {
        string[] servers =
        [
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "http://yann.lecun.com/exdb/mnist/",
        ];
        return new DatasetEntry(DatasetKind.Mnist, "MNIST", new ImageShape(1, 28, 28))
        {
            Classes = 10,
            TrainImages = 60_000,
            TestImages = 10_000,
            License = "LeCun, Cortes and Burges 1998; Creative Commons Attribution-ShareAlike 3.0",
            Layouts =
            [
                new(LayoutKind.Folder, IdxFolders,
                [
                    Idx(servers, "train-images-idx3-ubyte", new(9_912_422,
                        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 47_040_016,
                        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db")),
                    Idx(servers, "train-labels-idx1-ubyte", new(28_881,
                        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 60_008,
                        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5")),
                    Idx(servers, "t10k-images-idx3-ubyte", new(1_648_877,
                        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 7_840_016,
                        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7")),
                    Idx(servers, "t10k-labels-idx1-ubyte", new(4_542,
                        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 10_008,
                        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")),
                ]),
            ],
        };
    }

    private static DatasetEntry Cifar10() => new(DatasetKind.Cifar10, "CIFAR-10", new ImageShape(3, 32, 32))
    {
        Classes = 10,
        TrainImages = 50_000,
        TestImages = 10_000,
        License = "Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images; no licence stated",
        RecordBytes = 1 + 3072,
        Layouts =
        [
            CifarArchive("cifar-10-binary.tar.gz", 170_052_171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
            CifarFolder("cifar-10-batches-bin", "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"),
        ],
    };

    private static DatasetEntry Cifar100() => new(DatasetKind.Cifar100, "CIFAR-100", new ImageShape(3, 32, 32))
    {
        Classes = 100,
        TrainImages = 50_000,
        TestImages = 10_000,
        License = "Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images; no licence stated",
        RecordBytes = 2 + 3072,
        Layouts =
        [
            CifarArchive("cifar-100-binary.tar.gz", 168_513_733,
                "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"),
            CifarFolder("cifar-100-binary", "train.bin", "test.bin"),
        ],
    };

    // In the order in which the reader prefers them; the spelling with a dot is how some unpackers name the files.
    private static DatasetPart Idx(string[] servers, string name, IdxSums sums)
    {
        var plain = new DatasetFile(name) { Bytes = sums.Bytes, Sha256 = sums.Sha256 };
        var gzip = new DatasetFile($"{name}.gz")
        {
            Bytes = sums.GzipBytes,
            Sha256 = sums.GzipSha256,
            ContentSha256 = sums.Sha256,
            Addresses = [.. servers.Select(server => new Uri($"{server}{name}.gz"))],
        };
        var dotted = name.Replace("-idx", ".idx", StringComparison.Ordinal);
        return new DatasetPart(
            [plain, gzip, plain with { Name = dotted }, gzip with { Name = $"{dotted}.gz", Addresses = [] }]);
    }

    private static DatasetLayout CifarArchive(string name, long bytes, string sha256) => new(LayoutKind.Archive, [""],
    [
        new DatasetPart(
        [
            new DatasetFile(name)
            {
                Bytes = bytes,
                Sha256 = sha256,
                Addresses = [new Uri($"https://www.cs.toronto.edu/~kriz/{name}")],
            },
        ]),
    ]);

    // No checksum of the unpacked files is published; their sizes are checked instead.
    private static DatasetLayout CifarFolder(string folder, params string[] names) => new(
        LayoutKind.Folder, ["", folder], [.. names.Select(name => new DatasetPart([new DatasetFile(name)]))]);

    private sealed record IdxSums(long GzipBytes, string GzipSha256, long Bytes, string Sha256);
}

using GateConnect.Data;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Data;

public sealed class DatasetLocatorTests : IDisposable
{
    private static readonly DatasetEntry Entry = TinyDatasets.FashionMnist();
    private static readonly DatasetEntry Cifar = DatasetCatalog.Find(DatasetKind.Cifar10)!;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("own/fashion-mnist", DatasetSource.Environment)]
    [InlineData("own", DatasetSource.Environment)]
    [InlineData("own/fashion-mnist/raw", DatasetSource.Environment)]
    [InlineData("cache/fashion-mnist", DatasetSource.Cache)]
    [InlineData("system/usr/share/datasets/fashion-mnist", DatasetSource.System)]
    public void A_dataset_is_found_wherever_it_may_lie(string place, DatasetSource source)
    {
        WriteIdx(place);
        var found = Locator().Locate(Entry).Require();
        Assert.Equal(new DatasetLocation(folder[place], source), found with { Path = Trim(found.Path) });
    }

    [Fact]
    public void The_own_folder_goes_before_the_cache_and_the_cache_before_the_system()
    {
        WriteIdx("system/usr/share/datasets/fashion-mnist");
        WriteIdx("cache/fashion-mnist");
        Assert.Equal(DatasetSource.Cache, Locator().Locate(Entry).Found!.Source);
        WriteIdx("own/fashion-mnist");
        Assert.Equal(DatasetSource.Environment, Locator().Locate(Entry).Found!.Source);
    }

    [Fact]
    public void Packed_and_unpacked_files_may_be_mixed()
    {
        WriteIdx("cache/fashion-mnist");
        File.Delete(folder["cache", "fashion-mnist", "t10k-labels-idx1-ubyte.gz"]);
        Assert.Null(Locator().Locate(Entry).Found);
        folder.Write("cache/fashion-mnist/t10k-labels-idx1-ubyte", TinyDatasets.Idx("t10k-labels-idx1-ubyte"));
        Assert.NotNull(Locator().Locate(Entry).Found);
    }

    [Fact]
    public void A_dataset_that_is_nowhere_names_the_places_and_the_remedies()
    {
        var error = Assert.Throws<DataException>(() => Locator().Locate(Entry).Require());
        string[] expected =
        [
            folder["own", "fashion-mnist"], folder["cache", "fashion-mnist"],
            "/usr/share/datasets/fashion-mnist", "data fetch fashion-mnist", "--data", "GATECONNECT_DATA",
        ];
        Assert.All(expected, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_given_path_is_the_only_place_looked_at()
    {
        WriteIdx("cache/fashion-mnist");
        Directory.CreateDirectory(folder["empty"]);
        var error = Assert.Throws<DataException>(() => Locator().Locate(Entry, folder["empty"]));
        Assert.Contains("expected train-images-idx3-ubyte.gz", error.Message, StringComparison.Ordinal);
        Assert.Contains("missing: train-images-idx3-ubyte.gz", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_given_path_that_does_not_exist_is_named()
    {
        var error = Assert.Throws<DataException>(() => Locator().Locate(Cifar, folder["nowhere"]));
        Assert.StartsWith($"{folder["nowhere"]}: does not exist, expected CIFAR-10", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mine.tar.gz", "mine.tar.gz", "mine.tar.gz")]
    [InlineData("d/cifar-10-binary.tar.gz", "d", "d/cifar-10-binary.tar.gz")]
    [InlineData("d/cifar10/cifar-10-binary.tar.gz", "d", "d/cifar10/cifar-10-binary.tar.gz")]
    public void An_archive_may_be_given_itself_or_by_its_folder(string file, string given, string expected)
    {
        folder.Write(file, TinyDatasets.CifarArchive());
        var found = Locator().Locate(Cifar, folder[given]).Require();
        Assert.Equal(folder[expected], found.Path);
    }

    [Theory]
    [InlineData("batches")]
    [InlineData("batches/cifar-10-batches-bin")]
    public void Unpacked_batches_are_found_in_the_folder_or_the_one_the_archive_makes(string place)
    {
        foreach (var name in TinyDatasets.CifarNames)
        {
            folder.Write($"{place}/{name}", new byte[3073]);
        }
        Assert.Equal(folder[place], Trim(Locator().Locate(Cifar, folder["batches"]).Require().Path));
    }

    [Fact]
    public void A_file_that_is_no_archive_is_refused()
    {
        var file = folder.Write("notes.txt", [1]);
        var error = Assert.Throws<DataException>(() => Locator().Locate(Cifar, file));
        Assert.Contains("is not a form of CIFAR-10", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_the_labels_of_another_dataset_is_not_believed()
    {
        var tiny = TinyDatasets.FashionMnist();
        WriteIdx("own");
        var disguised = tiny with { Kind = DatasetKind.Mnist };
        Assert.Null(DatasetIdentity.OtherThan(disguised, folder["own"], [disguised]));
        Assert.Equal(tiny, DatasetIdentity.OtherThan(disguised, folder["own"], [tiny, disguised]));
    }

    [Fact]
    public void A_folder_of_images_must_be_given_and_be_a_folder()
    {
        Assert.Equal(folder.Path, DatasetLocator.LocateFolder(folder.Path).Path);
        Assert.Throws<ConfigurationException>(() => DatasetLocator.LocateFolder(null));
        Assert.Throws<DataException>(() => DatasetLocator.LocateFolder(folder["nowhere"]));
        Assert.Throws<DataException>(() => DatasetLocator.LocateFolder(folder.Write("file", [1])));
    }

    [Fact]
    public void The_list_has_a_row_per_dataset_with_what_is_known_of_it()
    {
        folder.Write("cache/cifar10/cifar-10-binary.tar.gz", [1]);
        var rows = DatasetStatus.List(Places());
        Assert.Equal(["fashion-mnist", "mnist", "cifar10", "cifar100"], rows.Select(row => row.Name));
        Assert.Equal([70_000, 70_000, 60_000, 60_000], rows.Select(row => row.Images));
        Assert.Equal([10, 10, 10, 100], rows.Select(row => row.Classes));
        Assert.Equal([null, null, DatasetSource.Cache, null], rows.Select(row => row.Location?.Source));
    }

    [Theory]
    [InlineData("/x/cache", "/home/a", "/x/cache/gateconnect/datasets")]
    [InlineData("relative", "/home/a", "/home/a/.cache/gateconnect/datasets")]
    [InlineData(null, "/home/a", "/home/a/.cache/gateconnect/datasets")]
    public void The_cache_follows_the_base_directory_specification(string? cache, string home, string expected)
    {
        var places = DatasetPlaces.From(name => name switch { "XDG_CACHE_HOME" => cache, "HOME" => home, _ => null });
        Assert.Equal(expected, places.CacheFolder);
        Assert.Null(places.DataFolder);
    }

    private static string Trim(string path) => path.TrimEnd(Path.DirectorySeparatorChar);

    private DatasetPlaces Places() => new(folder["cache"])
    {
        DataFolder = folder["own"],
        SystemRoot = folder["system"],
    };

    private DatasetLocator Locator() => new(Places());

    private void WriteIdx(string place)
    {
        foreach (var (name, bytes) in TinyDatasets.IdxFiles())
        {
            folder.Write($"{place}/{name}", bytes);
        }
    }
}

using GateConnect.Data;

namespace GateConnect.Tests.Data;

public sealed class DatasetCatalogTests
{
    private static IEnumerable<DatasetFile> AllFiles => DatasetCatalog.Entries
        .SelectMany(entry => entry.Layouts)
        .SelectMany(layout => layout.Parts)
        .SelectMany(part => part.Forms);

    [Fact]
    public void Every_checksum_is_64_lower_case_hexadecimal_digits() => Assert.All(
        AllFiles.SelectMany(file => (string?[])[file.Sha256, file.ContentSha256]).Where(sum => sum is not null),
        sum => Assert.Matches("^[0-9a-f]{64}$", sum));

    [Fact]
    public void Every_offered_file_has_a_size_and_a_checksum() => Assert.All(
        AllFiles.Where(file => file.Addresses.Count > 0),
        file => Assert.True(file.Sha256 is not null && file.Bytes > 0, file.Name));

    [Fact]
    public void Every_address_ends_in_the_name_of_its_file() => Assert.All(
        AllFiles.SelectMany(file => file.Addresses.Select(address => (file.Name, address))),
        pair => Assert.EndsWith($"/{pair.Name}", pair.address.AbsolutePath, StringComparison.Ordinal));

    [Fact]
    public void No_two_official_files_share_a_checksum()
    {
        var sums = AllFiles.Where(file => file.Addresses.Count > 0).Select(file => file.Sha256).ToList();
        Assert.Equal(sums.Count, sums.Distinct().Count());
    }

    [Fact]
    public void Idx_sizes_follow_from_the_number_of_images() => Assert.All(
        DatasetCatalog.Entries.Where(entry => entry.RecordBytes is null),
        entry =>
        {
            var bytes = entry.Layouts[0].Parts.Select(part => part.Forms[0].Bytes).ToList();
            Assert.Equal(
                [16L + entry.TrainImages * 784L, 8L + entry.TrainImages, 16L + entry.TestImages * 784L, 8L + entry.TestImages],
                bytes.Select(count => count!.Value));
        });

    [Fact]
    public void Each_published_kind_has_one_row_and_a_name_that_parses_back()
    {
        Assert.Equal(
            [DatasetKind.FashionMnist, DatasetKind.Mnist, DatasetKind.Cifar10, DatasetKind.Cifar100],
            DatasetCatalog.Entries.Select(entry => entry.Kind));
        Assert.All(DatasetCatalog.Entries, entry => Assert.Equal(entry.Kind, DatasetKinds.Parse(entry.Name)));
        Assert.Null(DatasetCatalog.Find(DatasetKind.Shapes));
    }
}

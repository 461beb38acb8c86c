// CIFAR's binary version from a folder and from archives: both give the same, and damage is said in one line.
using CsCheck;
using GateConnect.Data;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Data;

public sealed class CifarReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_archive_gives_what_the_folder_gives(bool packed)
    {
        var entries = Ten();
        foreach (var (name, bytes) in entries)
        {
            folder.Write(name, bytes);
        }
        var archive = TestImages.Tar(entries);
        var path = folder.Write("cifar-10-binary.tar.gz", packed ? TestImages.Gzip(archive) : archive);

        var fromArchive = CifarReader.Read(path, CifarKind.Cifar10);
        var fromParent = CifarReader.Read(folder.Path, CifarKind.Cifar10);
        var fromFolder = CifarReader.Read(folder["cifar-10-batches-bin"], CifarKind.Cifar10);

        Assert.Equal(fromFolder.Train.Fingerprint(), fromArchive.Train.Fingerprint());
        Assert.Equal(fromFolder.Test.Fingerprint(), fromArchive.Test.Fingerprint());
        Assert.Equal(fromFolder.Train.Fingerprint(), fromParent.Train.Fingerprint());
    }

    [Fact]
    public void Records_come_in_file_order_whatever_the_order_in_the_archive()
    {
        var path = folder.Write("c.tar", TestImages.Tar([.. Ten().Reverse()]));
        var parts = CifarReader.Read(path, CifarKind.Cifar10);

        Assert.Equal(15, parts.Train.Count);
        Assert.Equal(3, parts.Test.Count);
        Assert.Equal(new ImageShape(3, 32, 32), parts.Train.Shape);
        for (var index = 0; index < parts.Train.Count; index++)
        {
            Assert.Equal(index % 10, parts.Train.Label(index));
            Assert.True(parts.Train.Pixels(index).IndexOfAnyExcept((byte)index) < 0);
        }
        Assert.Equal("airplane", parts.Train.ClassNames[0]);
    }

    [Fact]
    public void Names_in_the_archive_win_over_the_standard_ones()
    {
        var names = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n"u8.ToArray();
        var path = folder.Write("c.tar", TestImages.Tar([.. Ten(), ("cifar-10-batches-bin/batches.meta.txt", names)]));
        Assert.Equal(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"], CifarReader.Read(path, CifarKind.Cifar10).Test.ClassNames);
    }

    [Fact]
    public void Cifar_100_uses_the_fine_label_and_has_a_hundred_names()
    {
        var train = TestImages.CifarFile(2, labelBytes: 2);
        (train[0], train[1]) = (19, 99); // coarse, fine
        folder.Write("train.bin", train);
        folder.Write("test.bin", TestImages.CifarFile(1, labelBytes: 2));
        var parts = CifarReader.Read(folder.Path, CifarKind.Cifar100);

        Assert.Equal(99, parts.Train.Label(0));
        Assert.Equal(100, parts.Train.ClassNames.Distinct().Count());
        Assert.Equal(parts.Train.ClassNames.Order(StringComparer.Ordinal), parts.Train.ClassNames);
    }

    [Fact]
    public void A_missing_file_and_the_python_version_are_told()
    {
        var path = folder.Write("cifar-10-python.tar.gz", TestImages.Gzip(TestImages.Tar(("cifar-10-batches-py/data_batch_1", [1, 2]))));
        Expect(path, "no data_batch_1.bin, data_batch_2.bin", "binary version (cifar-10-batches-bin)");
    }

    [Fact]
    public void A_file_that_is_not_whole_records_is_refused()
    {
        var entries = Ten();
        entries[2].Bytes = entries[2].Bytes[..^1];
        Expect(folder.Write("c.tar", TestImages.Tar(entries)), "data_batch_3.bin: has 9218 bytes, expected 1 to 50000 records of 3073");
    }

    [Fact]
    public void A_label_out_of_range_names_file_and_offset()
    {
        var entries = Ten();
        entries[1].Bytes[3073] = 10;
        Expect(folder.Write("c.tar", TestImages.Tar(entries)), "data_batch_2.bin: label 10 at offset 3073, expected 0 to 9");
    }

    [Fact]
    public void An_entry_there_twice_is_refused() =>
        Expect(folder.Write("c.tar", TestImages.Tar([.. Ten(), Ten()[0]])), "holds data_batch_1.bin twice");

    [Fact]
    public void A_truncated_archive_is_refused()
    {
        var archive = TestImages.Tar(Ten());
        Expect(folder.Write("c.tar", archive[..(archive.Length / 2)]), "c.tar");
        var packed = TestImages.Gzip(archive);
        Expect(folder.Write("c.tar.gz", packed[..(packed.Length / 2)]), "c.tar.gz");
    }

    [Fact]
    public void An_archive_that_unpacks_without_end_is_given_up()
    {
        using var archive = ArchiveStream.Open(folder.Write("zeros.gz", TestImages.Gzip(new byte[100_000])), limit: 50_000);
        Assert.Throws<InvalidDataException>(archive.ReadToEnd);
        Assert.InRange(archive.Offset, 50_000, 120_000);
    }

    [Fact]
    public void Mutated_archives_never_throw_anything_but_a_data_exception()
    {
        var archive = TestImages.Tar(Ten());
        var packed = TestImages.Gzip(archive);
        // Headers are where parsers break: every entry starts with one or two of them.
        Gen.Select(Gen.Bool, Gen.Int[0, 2000], Gen.Byte, Gen.Int[0, 511]).Sample((usePacked, spot, value, inHeader) =>
        {
            byte[] bytes = [.. usePacked ? packed : archive];
            var at = usePacked ? spot % bytes.Length : spot % 40 * 512 + inHeader;
            bytes[at % bytes.Length] = value;
            OnlyDataExceptions(bytes);
            OnlyDataExceptions(bytes[..(at % bytes.Length)]);
        }, iter: 200);
    }

    [Fact]
    public void Random_bytes_never_throw_anything_but_a_data_exception() =>
        Gen.Byte.Array[0, 2000].Sample(OnlyDataExceptions, iter: 200);

    private static (string Name, byte[] Bytes)[] Ten() =>
    [
        .. Enumerable.Range(1, 5).Select(file => ($"cifar-10-batches-bin/data_batch_{file}.bin", TestImages.CifarFile(3, 1, 3 * (file - 1)))),
        ("cifar-10-batches-bin/test_batch.bin", TestImages.CifarFile(3, 1)),
        ("cifar-10-batches-bin/readme.html", [1, 2, 3]),
    ];

    private static void Expect(string path, params string[] expectations)
    {
        var message = Assert.Throws<DataException>(() => CifarReader.Read(path, CifarKind.Cifar10)).Message;
        Assert.All(expectations.Append(path), expectation => Assert.Contains(expectation, message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', message);
    }

    private void OnlyDataExceptions(byte[] bytes)
    {
        var path = folder.Write(Guid.NewGuid().ToString("N"), bytes);
        var error = Record.Exception(() => CifarReader.Read(path, CifarKind.Cifar10));
        Assert.True(error is null or DataException, error?.ToString());
        Assert.DoesNotContain('\n', error?.Message ?? "");
        File.Delete(path);
    }
}

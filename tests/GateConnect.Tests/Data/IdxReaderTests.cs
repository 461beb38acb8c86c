// IDX files: what was written is read, and whatever is damaged is said in one line with file, offset and expectation.
using CsCheck;
using GateConnect.Data;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Data;

public sealed class IdxReaderTests : IDisposable
{
    private static readonly string[] Classes = TestImages.ClassNames(10);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back_packed_or_not() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 6], Gen.Int[1, 6], Gen.Bool, Gen.Bool).Sample((count, rows, columns, packed, renamed) =>
        {
            using var files = new TemporaryFolder();
            var images = Images(count, rows, columns);
            WriteAll(files, images, rows, columns, packed, renamed ? ".gz" : "");
            var parts = IdxReader.ReadFolder(files.Path, "letters", Classes);

            Assert.Equal("letters", parts.Train.Name);
            Assert.Equal(new ImageShape(1, rows, columns), parts.Test.Shape);
            Assert.Equal(count, parts.Train.Count);
            for (var index = 0; index < count; index++)
            {
                Assert.Equal(images[index], parts.Train.Pixels(index).ToArray());
                Assert.Equal(index % 10, parts.Train.Label(index));
            }
        }, iter: 40);

    [Fact]
    public void Random_bytes_never_throw_anything_but_a_data_exception() =>
        Gen.Byte.Array[0, 80].Sample(bytes => OnlyDataExceptions(bytes), iter: 300);

    [Fact]
    public void Mutated_files_never_throw_anything_but_a_data_exception()
    {
        var plain = TestImages.IdxImages(Images(4, 3, 3), 3, 3);
        var packed = TestImages.Gzip(plain);
        Gen.Select(Gen.Bool, Gen.Int[0, 1000], Gen.Byte, Gen.Int[0, 1000]).Sample((usePacked, at, value, length) =>
        {
            byte[] bytes = [.. usePacked ? packed : plain];
            bytes[at % bytes.Length] = value;
            OnlyDataExceptions(bytes[..(length % (bytes.Length + 1))]);
            OnlyDataExceptions(bytes);
        }, iter: 500);
    }

    [Fact]
    public void A_wrong_magic_number_names_file_offset_and_expectation() => ExpectFailure(
        "train-images-idx3-ubyte", [0, 0, 8, 1, 0, 0, 0, 1], "magic number 0x00000801 at offset 0, expected 0x00000803");

    [Fact]
    public void A_truncated_file_says_how_much_it_has() => ExpectFailure(
        "train-images-idx3-ubyte", TestImages.IdxImages(Images(2, 3, 3), 3, 3)[..^1], "asks for 34 bytes, but the file has 33");

    [Fact]
    public void A_truncated_packed_file_is_refused() => ExpectFailure(
        "train-images-idx3-ubyte", TestImages.Gzip(TestImages.IdxImages(Images(9, 9, 9), 9, 9))[..^200], "train-images-idx3-ubyte");

    [Fact]
    public void A_packed_file_with_a_wrong_checksum_is_refused()
    {
        var packed = TestImages.Gzip(TestImages.IdxImages(Images(2, 3, 3), 3, 3));
        packed[^6] ^= 0xFF;
        ExpectFailure("train-images-idx3-ubyte", packed, "the compressed data are damaged after unpacked offset");
    }

    [Fact]
    public void Trailing_bytes_are_refused() => ExpectFailure(
        "train-labels-idx1-ubyte", [.. TestImages.IdxLabels(0, 1), 0],
        "goes on after offset 10, expected the end of the file after 2 labels");

    [Fact]
    public void A_label_out_of_range_names_its_offset() => ExpectFailure(
        "train-labels-idx1-ubyte", TestImages.IdxLabels(0, 10), "label 10 at offset 9, expected 0 to 9");

    [Fact]
    public void Counts_that_disagree_are_refused() => ExpectFailure(
        "train-labels-idx1-ubyte", TestImages.IdxLabels(0, 1, 2), "3 labels at offset 4, expected 2 as many as images in");

    [Fact]
    public void A_header_that_claims_absurd_counts_allocates_nothing()
    {
        byte[] header = [0, 0, 8, 3, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF];
        var before = GC.GetAllocatedBytesForCurrentThread();
        ExpectFailure("train-images-idx3-ubyte", header, "the header at offset 0 asks for");
        ExpectFailure("train-images-idx3-ubyte", TestImages.Gzip(header), "can unpack to");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2_000_000);
    }

    [Fact]
    public void A_packed_file_large_enough_for_one_absurd_image_is_refused_too()
    {
        var noise = new byte[2_200_000]; // times 1032 this could hold the 2^31 bytes claimed
        new Random(1).NextBytes(noise);
        ExpectFailure(
            "train-images-idx3-ubyte",
            TestImages.Gzip([0, 0, 8, 3, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0x80, 0, .. noise]),
            "65536 x 32768 pixels at offset 8");
    }

    [Fact]
    public void A_missing_file_is_named_with_both_spellings()
    {
        WriteAll(folder, Images(2, 3, 3), 3, 3, packed: false, "");
        File.Delete(folder["t10k-labels-idx1-ubyte"]);
        Assert.Contains("no file t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz", Failure().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_said() => Assert.Contains(
        "no such folder",
        Assert.Throws<DataException>(() => IdxReader.ReadFolder(folder["none"], "x", Classes)).Message,
        StringComparison.Ordinal);

    private static byte[][] Images(int count, int rows, int columns)
    {
        var dataset = TestImages.Random(count, new ImageShape(1, rows, columns), 1);
        return [.. Enumerable.Range(0, count).Select(index => dataset.Pixels(index).ToArray())];
    }

    private static void WriteAll(TemporaryFolder files, byte[][] images, int rows, int columns, bool packed, string suffix)
    {
        foreach (var part in new[] { "train", "t10k" })
        {
            var pixels = TestImages.IdxImages(images, rows, columns);
            var labels = TestImages.IdxLabels([.. images.Select((_, index) => (byte)(index % 10))]);
            files.Write($"{part}-images-idx3-ubyte{suffix}", packed ? TestImages.Gzip(pixels) : pixels);
            files.Write($"{part}-labels-idx1-ubyte{suffix}", packed ? TestImages.Gzip(labels) : labels);
        }
    }

    private void OnlyDataExceptions(byte[] bytes)
    {
        var path = folder.Write(Guid.NewGuid().ToString("N"), bytes);
        foreach (Action read in new Action[] { () => IdxFile.ReadImages(path), () => IdxFile.ReadLabels(path, 10) })
        {
            var error = Record.Exception(read);
            Assert.True(error is null or DataException, error?.ToString());
            Assert.DoesNotContain('\n', error?.Message ?? "");
        }
        File.Delete(path);
    }

    private void ExpectFailure(string damaged, byte[] bytes, string expectation)
    {
        WriteAll(folder, Images(2, 3, 3), 3, 3, packed: false, "");
        var path = folder.Write(damaged, bytes);
        var message = Failure().Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(expectation, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private DataException Failure() => Assert.Throws<DataException>(() => IdxReader.ReadFolder(folder.Path, "x", Classes));
}

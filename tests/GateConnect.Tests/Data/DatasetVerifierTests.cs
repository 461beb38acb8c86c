using System.IO.Compression;
using CsCheck;
using GateConnect.Data;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Data;

public sealed class DatasetVerifierTests : IDisposable
{
    private static readonly DatasetEntry Entry = TinyDatasets.FashionMnist();
    private static readonly DatasetEntry Cifar = DatasetCatalog.Find(DatasetKind.Cifar10)!;
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Official_files_are_official()
    {
        WriteAll();
        var result = DatasetVerifier.Verify(Entry, folder.Path, Cancel);
        Assert.True(result.IsOfficial);
        Assert.All(result.Files, file => Assert.Equal(new FileInfo(folder[file.Name]).Length, file.Bytes));
    }

    [Fact]
    public void A_repacked_file_with_the_official_content_is_official_with_a_note()
    {
        WriteAll();
        folder.Write("t10k-images-idx3-ubyte.gz", TinyDatasets.Gzip(TinyDatasets.Idx("t10k-images-idx3-ubyte"), CompressionLevel.NoCompression));
        var file = DatasetVerifier.Verify(Entry, folder.Path, Cancel).Files[2];
        Assert.Equal(FileState.Official, file.State);
        Assert.Contains("repacked", file.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Own_files_are_unknown_and_usable()
    {
        WriteAll();
        var own = TinyDatasets.Idx("t10k-labels-idx1-ubyte");
        own[^1] ^= 1;
        folder.Write("t10k-labels-idx1-ubyte.gz", TinyDatasets.Gzip(own));
        var result = DatasetVerifier.Verify(Entry, folder.Path, Cancel);
        Assert.Equal(FileState.Unknown, result.Files[3].State);
        Assert.Contains("2 images", result.Files[3].Note, StringComparison.Ordinal);
        Assert.True(result.IsUsable);
        Assert.False(result.IsOfficial);
    }

    [Fact]
    public void A_missing_file_is_missing()
    {
        WriteAll();
        File.Delete(folder["train-labels-idx1-ubyte.gz"]);
        var result = DatasetVerifier.Verify(Entry, folder.Path, Cancel);
        Assert.Equal(new FileCheck("train-labels-idx1-ubyte.gz", FileState.Missing) { Note = "not there" }, result.Files[1]);
        Assert.False(result.IsUsable);
    }

    [Fact]
    public void A_file_that_lacks_data_is_damaged()
    {
        var packed = TinyDatasets.Gzip(TinyDatasets.Idx("train-images-idx3-ubyte"));
        var plain = TinyDatasets.Idx("train-images-idx3-ubyte");
        Gen.Select(Gen.Bool, Gen.Double[0, 0.999]).Sample(
            (isPacked, share) =>
            {
                WriteAll();
                // The last 8 bytes of a gzip file are its checksum and length; all data are there without them.
                var (bytes, dataBytes) = isPacked ? (packed, packed.Length - 8) : (plain, plain.Length);
                folder.Write($"train-images-idx3-ubyte{(isPacked ? ".gz" : "")}", bytes[..(int)(share * dataBytes)]);
                var file = DatasetVerifier.Verify(Entry, folder.Path, Cancel).Files[0];
                File.Delete(folder["train-images-idx3-ubyte"]);
                return file.State == FileState.Damaged && file.Note.Length > 0;
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void A_flipped_byte_in_a_packed_file_never_passes_for_official() => Gen.Int[0, 60].Sample(
        position =>
        {
            WriteAll();
            var bytes = TinyDatasets.Gzip(TinyDatasets.Idx("train-images-idx3-ubyte"));
            bytes[position % bytes.Length] ^= 0x10;
            folder.Write("train-images-idx3-ubyte.gz", bytes);
            var file = DatasetVerifier.Verify(Entry, folder.Path, Cancel).Files[0];
            return file.Note.Length > 0;
        },
        iter: 40,
        threads: 1);

    [Fact]
    public void A_wrong_magic_number_is_named_with_its_offset()
    {
        WriteAll();
        folder.Write("train-images-idx3-ubyte.gz", TinyDatasets.Gzip([1, 2, 3, 4, 0, 0, 0, 0]));
        var file = DatasetVerifier.Verify(Entry, folder.Path, Cancel).Files[0];
        Assert.Equal(FileState.Damaged, file.State);
        Assert.StartsWith("offset 0: magic number 0x01020304", file.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void An_own_archive_is_unknown_and_its_images_are_counted()
    {
        var path = folder.Write("repacked.tgz", TinyDatasets.CifarArchive());
        var result = DatasetVerifier.Verify(Cifar, path, Cancel);
        Assert.Equal(path, result.Path);
        Assert.Equal(FileState.Unknown, Assert.Single(result.Files).State);
        Assert.Contains("not the official file, read all the same; 6 images", result.Files[0].Note, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_that_lacks_a_batch_is_damaged()
    {
        var path = folder.Write("c.tar.gz", TinyDatasets.CifarArchive(TinyDatasets.CifarNames.Where(name => !name.Contains('3'))));
        var file = Assert.Single(DatasetVerifier.Verify(Cifar, path, Cancel).Files);
        Assert.Equal((FileState.Damaged, "the archive lacks data_batch_3.bin"), (file.State, file.Note));
    }

    [Fact]
    public void Batches_with_a_broken_record_are_damaged()
    {
        var path = folder.Write("c.tar.gz", TinyDatasets.CifarArchive(recordBytes: 3072));
        var file = Assert.Single(DatasetVerifier.Verify(Cifar, path, Cancel).Files);
        Assert.Equal(FileState.Damaged, file.State);
        Assert.Contains("records of 3073 bytes", file.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_archive_is_damaged()
    {
        var bytes = TinyDatasets.CifarArchive();
        foreach (var kept in (int[])[0, 1, 10, bytes.Length / 2, bytes.Length - 40])
        {
            var path = folder.Write("c.tar.gz", bytes[..kept]);
            Assert.Equal(FileState.Damaged, Assert.Single(DatasetVerifier.Verify(Cifar, path, Cancel).Files).State);
        }
    }

    [Fact]
    public void Unpacked_batches_have_no_published_checksum_and_are_usable()
    {
        foreach (var name in TinyDatasets.CifarNames)
        {
            folder.Write(name, new byte[2 * 3073]);
        }
        var result = DatasetVerifier.Verify(Cifar, folder.Path, Cancel);
        Assert.True(result.IsUsable);
        Assert.All(result.Files, file =>
            Assert.Equal("2 images; no official checksum is published for this file", file.Note));
    }

    private void WriteAll()
    {
        foreach (var (name, bytes) in TinyDatasets.IdxFiles())
        {
            folder.Write(name, bytes);
        }
    }
}

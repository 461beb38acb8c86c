// Folders as people have them: with and without a split, with strange files in them, with something missing.
using GateConnect.Data;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using SkiaSharp;

namespace GateConnect.Tests.Data;

public sealed class ImageFolderReaderTests : IDisposable
{
    private static readonly ImageFolderOptions Options = new(ImageSize: 8, new Seeds(1));

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("val")]
    [InlineData("valid")]
    [InlineData("validation")]
    [InlineData("test")]
    public void Train_and_a_test_folder_are_read_with_classes_in_ordinal_order(string test)
    {
        Photo("train/b/1.png", SKColors.Blue);
        Photo("train/b/deeper/2.PNG", SKColors.Blue);
        Photo("train/B/1.png", SKColors.Red);
        Photo($"{test}/B/1.png", SKColors.Red);
        Photo($"{test}/b/1.png", SKColors.Blue);

        var parts = ImageFolderReader.Read(folder.Path, Options);

        Assert.Equal(["B", "b"], parts.Train.ClassNames);
        Assert.Equal([1, 2], parts.Train.ClassCounts());
        Assert.Equal([1, 1], parts.Test.ClassCounts());
        Assert.Equal(new ImageShape(3, 8, 8), parts.Test.Shape);
        Assert.Equal(255, parts.Train.Pixels(0)[0]);
        Assert.Equal(0, parts.Train.Pixels(1)[0]);
        Assert.Empty(parts.Notes);
    }

    [Fact]
    public void One_folder_is_split_class_by_class_by_seed_and_says_so()
    {
        for (var index = 0; index < 10; index++)
        {
            Photo($"a/{index}.png", new SKColor((byte)index, 0, 0));
            Photo($"b/{index}.png", new SKColor(0, (byte)index, 0));
        }
        var parts = ImageFolderReader.Read(folder.Path, Options);
        var again = ImageFolderReader.Read(folder.Path, Options);
        var other = ImageFolderReader.Read(folder.Path, Options with { Seeds = new Seeds(2) });

        Assert.Equal([8, 8], parts.Train.ClassCounts());
        Assert.Equal([2, 2], parts.Test.ClassCounts());
        Assert.Equal(parts.Test.Fingerprint(), again.Test.Fingerprint());
        Assert.NotEqual(parts.Test.Fingerprint(), other.Test.Fingerprint());
        Assert.Equal(["one folder only: 20 % of each class held out for the test, by seed 1"], parts.Notes);
    }

    [Fact]
    public void Hidden_files_are_skipped_and_other_files_counted()
    {
        ValidFolder();
        folder.Write("train/a/.hidden.png", [1]);
        folder.Write("train/.git/x.png", [1]);
        folder.Write("train/a/notes.txt", [1]);
        folder.Write("val/b/more.txt", [1]);
        folder.Write("val/b/photo.HEIC", [1]);
        var parts = ImageFolderReader.Read(folder.Path, Options);
        Assert.Equal(["ignored files that are not JPEG, PNG, WebP, BMP or GIF: 2 .txt, 1 .heic"], parts.Notes);
    }

    [Fact]
    public void An_undecodable_image_stops_with_the_first_such_file_or_is_skipped_on_request()
    {
        ValidFolder();
        var damaged = folder.Write("train/a/0.jpg", [1, 2, 3]);
        var other = folder.Write("val/b/9.jpg", [1, 2, 3]);
        Assert.StartsWith(damaged, Failure(), StringComparison.Ordinal);

        var parts = ImageFolderReader.Read(folder.Path, Options with { Policy = UndecodablePolicy.Skip });
        Assert.Equal([1, 1], parts.Train.ClassCounts());
        Assert.StartsWith($"skipped: {damaged}: ", parts.Notes[0], StringComparison.Ordinal);
        Assert.StartsWith($"skipped: {other}: ", parts.Notes[1], StringComparison.Ordinal);
        Assert.Equal("skipped 2 undecodable images of 6", parts.Notes[2]);
        Assert.Equal(3, parts.Notes.Count);
    }

    [Fact]
    public void A_class_of_which_nothing_can_be_decoded_is_refused_even_when_skipping()
    {
        ValidFolder();
        File.Delete(folder["train/a/1.png"]);
        folder.Write("train/a/0.jpg", [1, 2, 3]);
        var error = Assert.Throws<DataException>(() =>
            ImageFolderReader.Read(folder.Path, Options with { Policy = UndecodablePolicy.Skip }));
        Assert.Contains("every image is undecodable", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_a_dataset_is_refused_by_name()
    {
        Assert.Contains("no sub-folders", Failure(), StringComparison.Ordinal);
        Photo("inner/a/1.png", SKColors.Red);
        Photo("inner/b/1.png", SKColors.Red);
        Assert.Contains("did you mean", Failure(), StringComparison.Ordinal);
        Assert.Contains("a single image", Failure("inner"), StringComparison.Ordinal);
        Assert.Contains("no such folder", Failure("none"), StringComparison.Ordinal);
        Photo("single/a/1.png", SKColors.Red);
        Assert.Contains("a single class 'a'", Failure("single"), StringComparison.Ordinal);
        Directory.CreateDirectory(folder["inner/c"]);
        Assert.Contains("inner/c: no images", Failure("inner"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_split_and_classes_that_differ_are_refused()
    {
        Photo("train/a/1.png", SKColors.Red);
        Photo("train/b/1.png", SKColors.Red);
        Assert.Contains("has train/ but none of val/, valid/, validation/, test/", Failure(), StringComparison.Ordinal);
        Photo("val/a/1.png", SKColors.Red);
        Photo("val/c/1.png", SKColors.Red);
        Assert.Contains("val: no class 'b'", Failure(), StringComparison.Ordinal);
        Directory.Delete(folder["train"], recursive: true);
        Assert.Contains("has val/ but no train/", Failure(), StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_counts_up_to_the_total_and_cancellation_stops()
    {
        ValidFolder();
        var seen = new List<LoadProgress>();
        ImageFolderReader.Read(folder.Path, Options with { Progress = seen.Add });
        Assert.Equal([1, 2, 3, 4], seen.Select(progress => progress.Done));
        Assert.All(seen, progress => Assert.Equal(4, progress.Total));

        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            ImageFolderReader.Read(folder.Path, Options with { Cancellation = cancel.Token }));
    }

    [Fact]
    public void Options_out_of_range_are_all_listed() => Assert.Equal(
        3,
        Assert.Throws<ConfigurationException>(() => ImageFolderReader.Read(
            folder.Path, Options with { ImageSize = 0, TestFraction = double.NaN, MemoryBound = 0 })).Mistakes.Count);

    [Fact]
    public void The_memory_lent_at_once_stays_within_the_bound()
    {
        var budget = new DecodingBudget(100);
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, index =>
        {
            using var share = budget.Borrow(index % 10 == 0 ? 100 : 30);
            Thread.SpinWait(200);
        });
        Assert.InRange(budget.Peak, 30, 100);
        using (budget.Borrow(1000))
        {
            Assert.Equal(1000, budget.Peak); // larger than the bound: alone
        }
    }

    private void ValidFolder()
    {
        foreach (var name in new[] { "train/a/1.png", "train/b/1.png", "val/a/1.png", "val/b/1.png" })
        {
            Photo(name, SKColors.Red);
        }
    }

    private void Photo(string name, SKColor colour) => folder.Write(name, TestPhotos.Plain(20, 10, colour));

    private string Failure(string below = "")
    {
        var message = Assert.Throws<DataException>(() => ImageFolderReader.Read(folder[below], Options)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }
}

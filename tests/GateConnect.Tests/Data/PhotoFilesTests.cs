// Photos that stay in their files are the same images: what changes is when they are decoded, and what a random crop may see.
using GateConnect.Data;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using SkiaSharp;
using static TorchSharp.torch;

namespace GateConnect.Tests.Data;

[NoTensorLeak]
public sealed class PhotoFilesTests : IDisposable
{
    private static readonly ImageFolderOptions Once = new(ImageSize: 8, new Seeds(1));
    private static readonly ImageFolderOptions Streamed = Once with { Decoding = DecodingPolicy.Streamed };

    private readonly TemporaryFolder folder = new();

    public PhotoFilesTests()
    {
        for (var index = 0; index < 12; index++)
        {
            var (split, name, side) = (index % 4 == 3 ? "val" : "train", index % 2 == 0 ? "a" : "b", 20 + index);
            var format = index % 3 == 0 ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg;
            var photo = TestPhotos.Encode(side + 9, side, format, (x, y) => new SKColor((byte)(7 * x), (byte)(9 * y), (byte)(20 * index)));
            folder.Write($"{split}/{name}/{index}.{(index % 3 == 0 ? "png" : "jpg")}", index % 3 == 1 ? TestPhotos.WithExifOrientation(photo, 6) : photo);
        }
        folder.Write("val/a/more.png", TestPhotos.Plain(9, 9, SKColors.Red));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Streamed_images_are_those_decoded_once()
    {
        var (once, streamed) = (Read(Once), Read(Streamed));
        var pairs = new[] { (once.Train, streamed.Train), (once.Test, streamed.Test), (once.Train.Subset([3, 1]), streamed.Train.Subset([3, 1])) };
        foreach (var (one, other) in pairs)
        {
            Assert.Equal((one.Name, one.Shape, one.Count), (other.Name, other.Shape, other.Count));
            Assert.Equal(one.ClassNames, other.ClassNames);
            Assert.All(Enumerable.Range(0, one.Count), index =>
            {
                Assert.Equal(one.Pixels(index).ToArray(), other.Pixels(index).ToArray());
                Assert.Equal(one.Label(index), other.Label(index));
            });
            var (expected, found) = (Normalization.Measure(one), Normalization.Measure(other));
            Assert.All(expected.Mean.Concat(expected.Std).Zip(found.Mean.Concat(found.Std)), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        }
        Assert.Equal(once.Notes, streamed.Notes);
    }

    [Fact]
    public void Batches_are_the_same_with_crops_that_move_and_with_any_cache()
    {
        var expected = Batches(Read(Once).Train, Augmentation.PadCropFlip(2));
        foreach (var cache in new[] { 0L, 3000, 1 << 20 })
        {
            var train = Read(Streamed with { DecodedCacheBytes = cache }).Train;
            Assert.Equal(expected, Batches(train, Augmentation.PadCropFlip(2)));
            Assert.InRange(train.Photos!.KeptBytes, cache == 0 ? 0 : 1, cache);
        }
    }

    [Fact]
    public void Random_crops_are_drawn_by_seed_epoch_and_image_and_cached_ones_alike()
    {
        var (cached, plain) = (Read(Streamed).Train, Read(Streamed with { DecodedCacheBytes = 0 }).Train);
        Assert.Equal(Batches(cached, Augmentation.PhotoCropFlip), Batches(plain, Augmentation.PhotoCropFlip));
        Assert.NotEqual(Batches(plain, Augmentation.PhotoCropFlip, epoch: 0), Batches(plain, Augmentation.PhotoCropFlip, epoch: 1));
    }

    // Columns of 10 grey levels a pixel: a crop of any place and size is a rising ramp, and some see what lies outside the centred square.
    [Fact]
    public void A_random_crop_is_a_part_of_the_whole_photo()
    {
        folder.Write("wide/a/1.png", TestPhotos.Encode(24, 8, SKEncodedImageFormat.Png, (x, _) => new SKColor((byte)(10 * x), 0, 0)));
        folder.Write("wide/a/2.png", TestPhotos.Plain(8, 8, SKColors.Red));
        folder.Write("wide/b/1.png", TestPhotos.Plain(8, 8, SKColors.Red));
        folder.Write("wide/b/2.png", TestPhotos.Plain(8, 8, SKColors.Red));
        var photos = new PhotoFiles([folder["wide/a/1.png"]], Streamed.Decoder(), cacheBytes: 0);
        var outside = 0;
        for (var draw = 0UL; draw < 200; draw++)
        {
            var row = photos.RandomCrop(0, new AreaRange(0.08, 1), new SeededRandom(draw))[..8];
            Assert.Equal(row.Order(), row);
            Assert.InRange(row[^1] - row[0], 0, 110); // at most 4/3 of the height wide, here 11 columns
            outside += row[^1] < 80 || row[0] > 150 ? 1 : 0;
        }
        Assert.InRange(outside, 20, 180);
    }

    [Fact]
    public void A_damaged_file_is_found_before_anything_is_learned()
    {
        var damaged = folder.Write("train/a/0.jpg", [1, 2, 3]);
        Assert.StartsWith(damaged, Assert.Throws<DataException>(() => Read(Streamed)).Message, StringComparison.Ordinal);
        var (once, streamed) = (Read(Once with { Policy = UndecodablePolicy.Skip }), Read(Streamed with { Policy = UndecodablePolicy.Skip }));
        Assert.Equal(once.Notes, streamed.Notes);
        Assert.Equal(once.Train.Count, streamed.Train.Count);
    }

    [Fact]
    public void A_file_that_is_gone_later_ends_the_epoch_by_its_name()
    {
        var train = Read(Streamed with { DecodedCacheBytes = 0 }).Train;
        File.Delete(folder["train/a/4.jpg"]);
        Assert.Contains("train/a/4.jpg: ", Assert.Throws<DataException>(() => Epochs()).Message, StringComparison.Ordinal);

        int Epochs() => Enumerable.Range(0, 50).Sum(epoch => Batches(train, Augmentation.None, epoch).Length); // one image an epoch is left out
    }

    [Fact]
    public void A_fingerprint_tells_other_pixels_and_other_labels()
    {
        var train = Read(Streamed).Train;
        Assert.Equal(train.Fingerprint(), Read(Streamed).Train.Fingerprint());
        folder.Write("train/a/0.png", TestPhotos.Plain(20, 20, SKColors.Red));
        Assert.NotEqual(train.Fingerprint(), Read(Streamed).Train.Fingerprint());
    }

    private DatasetParts Read(ImageFolderOptions options) => ImageFolderReader.Read(folder.Path, options);

    private static float[] Batches(ImageDataset images, Augmentation augmentation, int epoch = 0)
    {
        var normalization = new Normalization([0.5f, 0.4f, 0.3f], [0.2f, 0.3f, 0.4f]);
        var loader = BatchLoader.ForTraining(images, normalization, augmentation, new BatchOptions(4, new Seeds(3), CPU));
        return [.. loader.Epoch(epoch).SelectMany(batch => batch.Images.data<float>().ToArray())];
    }
}

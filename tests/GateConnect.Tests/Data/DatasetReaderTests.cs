// The one entry point: every kind reaches its reader, and the image size is honoured.
using GateConnect.Data;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using SkiaSharp;

namespace GateConnect.Tests.Data;

public sealed class DatasetReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Shapes_need_no_file()
    {
        var request = new DatasetRequest(DatasetKind.Shapes, "", new Seeds(1))
        {
            ImageSize = 16,
            Shapes = new ShapesOptions { TrainCount = 16, TestCount = 8, Channels = 1 },
        };
        Assert.Equal(new ImageShape(1, 16, 16), DatasetReader.Read(request).Train.Shape);
    }

    [Theory]
    [InlineData(DatasetKind.Mnist, "7")]
    [InlineData(DatasetKind.FashionMnist, "Sneaker")]
    public void Idx_kinds_have_their_class_names_and_keep_their_size_unless_asked(DatasetKind kind, string seventh)
    {
        foreach (var part in new[] { "train", "t10k" })
        {
            folder.Write($"{part}-images-idx3-ubyte", TestImages.IdxImages([new byte[16]], 4, 4));
            folder.Write($"{part}-labels-idx1-ubyte", TestImages.IdxLabels(7));
        }
        var request = new DatasetRequest(kind, folder.Path, new Seeds(1));
        var parts = DatasetReader.Read(request);
        Assert.Equal(seventh, parts.Train.ClassNames[parts.Train.Label(0)]);
        Assert.Equal(new ImageShape(1, 4, 4), parts.Train.Shape);
        Assert.Equal(new ImageShape(1, 2, 2), DatasetReader.Read(request with { ImageSize = 2 }).Test.Shape);
    }

    [Fact]
    public void Cifar_is_halved_on_request()
    {
        folder.Write("train.bin", TestImages.CifarFile(2, 2));
        folder.Write("test.bin", TestImages.CifarFile(1, 2));
        var parts = DatasetReader.Read(new DatasetRequest(DatasetKind.Cifar100, folder.Path, new Seeds(1)) { ImageSize = 16 });
        Assert.Equal(new ImageShape(3, 16, 16), parts.Train.Shape);
        Assert.Equal(1, parts.Train.Pixels(1)[5]);
    }

    [Fact]
    public void A_folder_gets_the_default_size_and_hands_on_the_options()
    {
        foreach (var name in new[] { "a/1.png", "a/2.png", "b/1.png", "b/2.png" })
        {
            folder.Write(name, TestPhotos.Plain(10, 10, SKColors.Red));
        }
        var done = 0;
        var request = new DatasetRequest(DatasetKind.Folder, folder.Path, new Seeds(1))
        {
            TestFraction = 0.5,
            Colour = ImageColour.Grey,
            Progress = progress => done = progress.Done,
        };
        var parts = DatasetReader.Read(request);
        Assert.Equal(new ImageShape(1, 32, 32), parts.Train.Shape);
        Assert.Equal((2, 2, 4), (parts.Train.Count, parts.Test.Count, done));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1025)]
    public void An_image_size_out_of_range_is_refused_before_anything_is_read(int size) =>
        Assert.Throws<ConfigurationException>(() => DatasetReader.Read(
            new DatasetRequest(DatasetKind.Cifar10, "none", new Seeds(1)) { ImageSize = size }));
}

// One photo to one square: formats, transparency, orientation, damage, and claims that must not be believed.
using CsCheck;
using GateConnect.Data;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using SkiaSharp;

namespace GateConnect.Tests.Data;

public sealed class ImageDecoderTests : IDisposable
{
    private const int Side = 8;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Every_format_comes_out_with_its_colours(SKEncodedImageFormat format)
    {
        var pixels = Decode(TestPhotos.Encode(64, 64, format, (x, y) => TestPhotos.Quarters(x, y, 64)));
        AssertColour(SKColors.Red, pixels, 1, 1);
        AssertColour(SKColors.Lime, pixels, 1, 6);
        AssertColour(SKColors.Blue, pixels, 6, 1);
        AssertColour(SKColors.White, pixels, 6, 6);
    }

    /// <summary>The stored image is turned so that, turned back by its orientation, it shows the quarters upright.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Every_exif_orientation_comes_out_upright(byte orientation)
    {
        const int size = 64;
        // EXIF says where the stored row 0 and column 0 are in the upright picture.
        SKColor Stored(int x, int y)
        {
            var (last, row, column) = (size - 1, y, x);
            var (upX, upY) = orientation switch
            {
                1 => (column, row),
                2 => (last - column, row),
                3 => (last - column, last - row),
                4 => (column, last - row),
                5 => (row, column),
                6 => (last - row, column),
                7 => (last - row, last - column),
                _ => (row, last - column),
            };
            return TestPhotos.Quarters(upX, upY, size);
        }
        var pixels = Decode(TestPhotos.WithExifOrientation(TestPhotos.Encode(size, size, SKEncodedImageFormat.Jpeg, Stored), orientation));
        AssertColour(SKColors.Red, pixels, 1, 1);
        AssertColour(SKColors.Lime, pixels, 1, 6);
        AssertColour(SKColors.Blue, pixels, 6, 1);
        AssertColour(SKColors.White, pixels, 6, 6);
    }

    [Theory]
    [InlineData(300, 100)]
    [InlineData(100, 300)]
    public void The_centred_square_is_kept(int width, int height)
    {
        var pixels = Decode(TestPhotos.Encode(width, height, SKEncodedImageFormat.Png, (x, y) =>
            Math.Abs(x - (width - 1) / 2.0) < 50 && Math.Abs(y - (height - 1) / 2.0) < 50 ? SKColors.Lime : SKColors.Red));
        Assert.True(pixels.AsSpan(0, Side * Side).IndexOfAnyExcept((byte)0) < 0, "no red is left");
        Assert.True(pixels.AsSpan(Side * Side, Side * Side).IndexOfAnyExcept((byte)255) < 0, "all green is there");
    }

    [Theory]
    [InlineData(0, 255, 255)]
    [InlineData(255, 255, 0)]
    [InlineData(51, 255, 204)]
    public void Transparency_is_composited_on_white(byte alpha, int red, int green)
    {
        var pixels = Decode(TestPhotos.Plain(16, 16, new SKColor(255, 0, 0, alpha)));
        Assert.Equal((red, green), (pixels[0], pixels[Side * Side]));
    }

    [Fact]
    public void A_grey_image_has_three_equal_channels_and_one_when_asked()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(16, 16, SKColorType.Gray8));
        bitmap.GetPixelSpan().Fill(100);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        Assert.True(Decode(data.ToArray()).AsSpan().IndexOfAnyExcept((byte)100) < 0);

        var grey = new ImageDecoder(Side, ImageColour.Grey, new DecodingBudget(1));
        Assert.Equal(new ImageShape(1, Side, Side), grey.Shape);
        Assert.Equal(Side * Side, grey.Decode(folder.Write("grey.png", data.ToArray())).Count(value => value == 100));
    }

    [Fact]
    public void A_palette_image_is_decoded()
    {
        // A GIF file of 1x1 pixel: palette of two colours, the pixel is the second, orange.
        byte[] gif =
        [
            .. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 128, 0,
            0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4C, 1, 0, 0x3B,
        ];
        var pixels = Decode(gif);
        Assert.Equal((255, 128, 0), (pixels[0], pixels[Side * Side], pixels[2 * Side * Side]));
    }

    [Fact]
    public void Fine_detail_does_not_alias()
    {
        // One-pixel stripes average to mid grey; picking single pixels would give black or white.
        var pixels = Decode(TestPhotos.Encode(128, 128, SKEncodedImageFormat.Png, (x, _) => x % 2 == 0 ? SKColors.Black : SKColors.White));
        Assert.All(pixels, value => Assert.InRange(value, (byte)127, (byte)128));
    }

    [Fact]
    public void A_header_that_claims_absurd_dimensions_is_refused_before_anything_is_allocated()
    {
        var path = folder.Write("bomb.png", TestPhotos.PngClaiming(60_000, 60_000));
        Assert.Contains("60000 x 60000", Failure(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_photo_is_refused()
    {
        var jpeg = TestPhotos.Encode(256, 256, SKEncodedImageFormat.Jpeg, (x, y) => new SKColor((byte)x, (byte)y, (byte)(x * y)));
        Assert.Contains("cannot be decoded to its end", Failure(folder.Write("cut.jpg", jpeg[..(jpeg.Length / 2)])), StringComparison.Ordinal);
        var png = TestPhotos.Encode(64, 64, SKEncodedImageFormat.Png, (x, y) => new SKColor((byte)x, (byte)y, (byte)(x * y)));
        Assert.Contains("cannot be decoded to its end", Failure(folder.Write("cut.png", png[..(png.Length / 2)])), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_and_a_text_are_refused()
    {
        Assert.Contains("cannot be read as an image", Failure(folder.Write("empty.jpg", [])), StringComparison.Ordinal);
        Assert.Contains("cannot be read as an image", Failure(folder.Write("text.jpg", "hello"u8.ToArray())), StringComparison.Ordinal);
        Assert.Contains("cannot be read as an image", Failure(folder["none.jpg"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_photos_never_throw_anything_but_a_data_exception()
    {
        byte[][] photos =
        [
            TestPhotos.Encode(40, 30, SKEncodedImageFormat.Jpeg, (x, y) => new SKColor((byte)(x * 6), (byte)(y * 8), 99)),
            TestPhotos.Encode(40, 30, SKEncodedImageFormat.Png, (x, y) => new SKColor((byte)(x * 6), (byte)(y * 8), 99, (byte)(x * 5))),
            TestPhotos.Encode(40, 30, SKEncodedImageFormat.Webp, (x, y) => new SKColor((byte)(x * 6), (byte)(y * 8), 99)),
        ];
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 300], Gen.Byte, Gen.Int[0, 5000]).Sample((photo, at, value, length) =>
        {
            byte[] bytes = [.. photos[photo]];
            bytes[at % bytes.Length] = value;
            var path = folder.Write(Guid.NewGuid().ToString("N"), bytes[..Math.Min(length, bytes.Length)]);
            var error = Record.Exception(() => Decoder().Decode(path));
            Assert.True(error is null or DataException, error?.ToString());
        }, iter: 300);
    }

    private static ImageDecoder Decoder() => new(Side, ImageColour.Colour, new DecodingBudget(1 << 20));

    private byte[] Decode(byte[] file) => Decoder().Decode(folder.Write("photo", file));

    private static string Failure(string path)
    {
        var message = Assert.Throws<DataException>(() => Decoder().Decode(path)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private static void AssertColour(SKColor expected, byte[] pixels, int row, int column)
    {
        byte[] values = [expected.Red, expected.Green, expected.Blue];
        for (var channel = 0; channel < 3; channel++)
        {
            Assert.InRange(pixels[(channel * Side + row) * Side + column], values[channel] - 12, values[channel] + 12);
        }
    }
}

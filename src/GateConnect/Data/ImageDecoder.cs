// One image file to one square of bytes, the same way for every photo: decode (at a reduced scale where the format
// can), composite on white, average the centred square down, turn as the EXIF orientation says, keep planes.
using GateConnect.Runtime;
using SkiaSharp;

namespace GateConnect.Data;

/// <summary>
/// Decodes JPEG, PNG, WebP, BMP and GIF (its first frame) to [channels, size, size]. Colours are converted to sRGB
/// where the file carries a profile; transparent pixels are composited on white. Used by many threads at once.
/// </summary>
internal sealed class ImageDecoder(int imageSize, ImageColour colour, DecodingBudget budget)
{
    /// <summary>An image whose header claims more pixels is refused before anything is allocated for it.</summary>
    internal const long MostPixels = 1L << 28;

    // What no photograph reaches: a file that claims more pixels for its length is an archive bomb.
    private const long MostPixelsPerByte = 4096;
    private const long AlwaysAllowedPixels = 1L << 20;
    private const int BytesPerPixel = 4;

    /// <summary>The shape of what comes out.</summary>
    internal ImageShape Shape { get; } = new(colour == ImageColour.Colour ? 3 : 1, imageSize, imageSize);

    /// <summary>The centred square of a file, [channels, size, size].</summary>
    /// <exception cref="DataException">The file is no image, is damaged, or claims absurd dimensions.</exception>
    internal byte[] Decode(string path) => Square(Read(path));

    /// <summary>The same of a file that was read.</summary>
    /// <param name="file">All its bytes.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="DataException">As above.</exception>
    internal byte[] Decode(ReadOnlySpan<byte> file, string name)
    {
        using var data = SKData.CreateCopy(file);
        using var stream = new SKMemoryStream(data);
        using var codec = SKCodec.Create(stream, out var opened) ?? throw NoImage(name, opened);
        return Square(Read(codec, name, file.Length));
    }

    /// <summary>The whole photo, at the smallest scale whose shorter side is still twice the image size.</summary>
    /// <exception cref="DataException">As above.</exception>
    internal Photo Read(string path)
    {
        using var codec = SKCodec.Create(path, out var opened) ?? throw NoImage(path, opened);
        return Read(codec, path, new FileInfo(path).Length);
    }

    /// <summary>Its centred square, upright, [channels, size, size].</summary>
    internal byte[] Square(Photo photo) => Resample(photo, SquareResampling.Of(photo.Height, photo.Width, imageSize));

    /// <summary>A rectangle of it, given as it is stored, stretched to a square and turned upright, [channels, size, size].</summary>
    internal byte[] Crop(Photo photo, ResizedCrop rectangle) => Resample(photo, SquareResampling.Of(photo.Height, photo.Width, rectangle, imageSize));

    private static DataException NoImage(string path, SKCodecResult opened) =>
        new($"{path}: cannot be read as an image ({opened}), expected JPEG, PNG, WebP, BMP or GIF");

    private Photo Read(SKCodec codec, string path, long fileBytes)
    {
        var full = codec.Info;
        if (full.Width < 1 || full.Height < 1 || (long)full.Width * full.Height > MostPixels)
        {
            throw new DataException(
                $"{path}: the header claims {full.Width} x {full.Height} pixels, expected at most {MostPixels} in all");
        }
        if ((long)full.Width * full.Height > AlwaysAllowedPixels + (MostPixelsPerByte * fileBytes))
        {
            throw new DataException($"{path}: the header claims {full.Width} x {full.Height} pixels, which no photo of {fileBytes} bytes has");
        }
        var info = new SKImageInfo(
            full.Width, full.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, SKColorSpace.CreateSrgb())
            .WithSize(ScaledSize(codec));
        using var share = budget.Borrow(MemoryFor(codec, info));
        using var bitmap = new SKBitmap(info);
        var result = codec.GetPixels(info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
        {
            throw new DataException($"{path}: cannot be decoded to its end ({result}), expected a whole {codec.EncodedFormat} image");
        }
        if (full.AlphaType != SKAlphaType.Opaque)
        {
            CompositeOnWhite(bitmap.GetPixelSpan());
        }
        return new Photo(Colours(bitmap), bitmap.Height, bitmap.Width, codec.EncodedOrigin);
    }

    private SKSizeI ScaledSize(SKCodec codec)
    {
        for (var eighths = 1; eighths < 8; eighths++)
        {
            var size = codec.GetScaledDimensions(eighths / 8f);
            if (Math.Min(size.Width, size.Height) >= 2 * imageSize)
            {
                return size;
            }
        }
        return codec.Info.Size;
    }

    // JPEG: a progressive file keeps its coefficients (up to 6 bytes a pixel, 3 with the usual subsampling).
    // WebP and interlaced PNG: a whole decoded image beside ours.
    private static long MemoryFor(SKCodec codec, SKImageInfo target)
    {
        var full = (long)codec.Info.Width * codec.Info.Height;
        var beside = codec.EncodedFormat == SKEncodedImageFormat.Jpeg ? 3 * full : BytesPerPixel * full;
        var colours = (long)target.Width * target.Height * Photo.Channels;
        return target.BytesSize64 + colours + beside;
    }

    private static void CompositeOnWhite(Span<byte> pixels)
    {
        for (var at = 0; at < pixels.Length; at += BytesPerPixel)
        {
            int alpha = pixels[at + 3];
            if (alpha != 255)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    pixels[at + channel] = (byte)((pixels[at + channel] * alpha + 255 * (255 - alpha) + 127) / 255);
                }
            }
        }
    }

    private static byte[] Colours(SKBitmap bitmap)
    {
        var source = bitmap.GetPixelSpan();
        var colours = new byte[bitmap.Width * bitmap.Height * Photo.Channels];
        var to = 0;
        for (var row = 0; row < bitmap.Height; row++)
        {
            var line = source.Slice(row * bitmap.RowBytes, bitmap.Width * BytesPerPixel);
            for (var at = 0; at < line.Length; at += BytesPerPixel)
            {
                (colours[to], colours[to + 1], colours[to + 2]) = (line[at], line[at + 1], line[at + 2]);
                to += Photo.Channels;
            }
        }
        return colours;
    }

    private byte[] Resample(Photo photo, SquareResampling square)
    {
        var plane = imageSize * imageSize;
        var strides = new PixelStrides(Row: photo.Width * Photo.Channels, Column: Photo.Channels);
        var stored = new byte[Photo.Channels * plane];
        for (var channel = 0; channel < Photo.Channels; channel++)
        {
            square.Apply(photo.Pixels.AsSpan(channel), strides, stored.AsSpan(channel * plane, plane));
        }
        var upright = ImageOrientation.Turn(stored, imageSize, photo.Origin);
        return colour == ImageColour.Colour ? upright : Luma(upright, plane);
    }

    /// <summary>Grey from three planes.</summary>
    internal static byte[] Luma(byte[] planes, int plane)
    {
        var grey = new byte[plane];
        for (var at = 0; at < plane; at++)
        {
            grey[at] = (byte)((299 * planes[at] + 587 * planes[plane + at] + 114 * planes[2 * plane + at] + 500) / 1000);
        }
        return grey;
    }
}

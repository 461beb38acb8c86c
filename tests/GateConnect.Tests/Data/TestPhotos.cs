// Encoded images made on the spot: colours by position, transparency, and JPEG files with a hand-written EXIF segment.
using System.Buffers.Binary;
using SkiaSharp;

namespace GateConnect.Tests.Data;

internal static class TestPhotos
{
    internal static byte[] Encode(int width, int height, SKEncodedImageFormat format, Func<int, int, SKColor> colour)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, colour(x, y));
            }
        }
        using var data = bitmap.Encode(format, 95);
        return data.ToArray();
    }

    internal static byte[] Plain(int width, int height, SKColor colour, SKEncodedImageFormat format = SKEncodedImageFormat.Png) =>
        Encode(width, height, format, (_, _) => colour);

    /// <summary>Four quarters: red and green above, blue and white below.</summary>
    internal static SKColor Quarters(int x, int y, int side) => (x < side / 2, y < side / 2) switch
    {
        (true, true) => SKColors.Red,
        (false, true) => SKColors.Lime,
        (true, false) => SKColors.Blue,
        _ => SKColors.White,
    };

    /// <summary>Puts an APP1 segment with nothing but the orientation behind the start marker of a JPEG file.</summary>
    internal static byte[] WithExifOrientation(byte[] jpeg, byte orientation)
    {
        byte[] tiff =
        [
            (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, // big-endian, directory at 8
            0, 1, // one entry
            0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, // Orientation, short, one value
            0, 0, 0, 0, // no further directory
        ];
        byte[] body = [.. "Exif\0\0"u8, .. tiff];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(body.Length + 2), .. body, .. jpeg[2..]];
    }

    /// <summary>A PNG file whose header claims the given size and has little more.</summary>
    internal static byte[] PngClaiming(int width, int height)
    {
        var png = Plain(1, 1, SKColors.Red);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32(png.AsSpan(12, 17)));
        return png;
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }
        return ~crc;
    }
}

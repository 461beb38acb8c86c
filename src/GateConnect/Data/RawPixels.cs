// Pixels that somebody else decoded, brought to what a network reads: the centred square resampled as for files
// (SquareResampling), grey made of colour or colour of grey.
namespace GateConnect.Data;

/// <summary>Interleaved pixels of any size.</summary>
internal static class RawPixels
{
    /// <summary>The image as planes [channels, side, side].</summary>
    /// <param name="pixels">[height, width, 1 or 3], red first.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="shape">What is wanted; square.</param>
    /// <exception cref="ArgumentException">The length fits neither one nor three channels.</exception>
    internal static byte[] ToPlanes(ReadOnlySpan<byte> pixels, int width, int height, ImageShape shape)
    {
        var count = (long)width * height;
        if (width < 1 || height < 1 || count > ImageDecoder.MostPixels || (pixels.Length != count && pixels.Length != 3 * count))
        {
            throw new ArgumentException($"{pixels.Length} bytes are no image of {width} x {height} pixels with 1 or 3 channels", nameof(pixels));
        }
        var (given, plane) = ((int)(pixels.Length / count), shape.Height * shape.Width);
        var square = SquareResampling.Of(height, width, shape.Height);
        var planes = new byte[given * plane];
        for (var channel = 0; channel < given; channel++)
        {
            square.Apply(pixels[channel..], new PixelStrides(Row: given * width, Column: given), planes.AsSpan(channel * plane, plane));
        }
        return (given, shape.Channels) switch
        {
            (1, 3) => [.. planes, .. planes, .. planes],
            (3, 1) => ImageDecoder.Luma(planes, plane),
            _ => planes,
        };
    }
}

// A photo as it came out of its file, at the smallest scale that serves.
using SkiaSharp;

namespace GateConnect.Data;

/// <summary>A decoded photo, not yet turned upright.</summary>
/// <param name="Pixels">[height, width, 3], red first.</param>
/// <param name="Height">Rows as stored.</param>
/// <param name="Width">Columns as stored.</param>
/// <param name="Origin">How it is to be turned.</param>
internal sealed record Photo(byte[] Pixels, int Height, int Width, SKEncodedOrigin Origin)
{
    /// <summary>Red, green and blue.</summary>
    internal const int Channels = 3;
}

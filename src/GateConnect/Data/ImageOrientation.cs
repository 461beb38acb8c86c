// EXIF orientation. It is applied last, to the small square: resampling the centred square commutes with turning and
// mirroring, and the small one is cheaper to turn.
using SkiaSharp;

namespace GateConnect.Data;

/// <summary>Turns square planes upright.</summary>
internal static class ImageOrientation
{
    /// <summary>The planes as the camera held them: for each upright pixel, where it was stored.</summary>
    /// <param name="stored">[channels, side, side] as decoded.</param>
    /// <param name="side">Height and width.</param>
    /// <param name="origin">Where the stored row 0 and column 0 lie in the upright image.</param>
    internal static byte[] Turn(byte[] stored, int side, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft or 0)
        {
            return stored;
        }
        var upright = new byte[stored.Length];
        var plane = side * side;
        for (var at = 0; at < stored.Length; at++)
        {
            var (channel, inPlane) = Math.DivRem(at, plane);
            var (y, x) = Math.DivRem(inPlane, side);
            var (row, column) = StoredAt(x, y, side - 1, origin);
            upright[at] = stored[channel * plane + row * side + column];
        }
        return upright;
    }

    private static (int Row, int Column) StoredAt(int x, int y, int last, SKEncodedOrigin origin) => origin switch
    {
        SKEncodedOrigin.TopRight => (y, last - x),
        SKEncodedOrigin.BottomRight => (last - y, last - x),
        SKEncodedOrigin.BottomLeft => (last - y, x),
        SKEncodedOrigin.LeftTop => (x, y),
        SKEncodedOrigin.RightTop => (last - x, y),
        SKEncodedOrigin.RightBottom => (last - x, last - y),
        SKEncodedOrigin.LeftBottom => (x, last - y),
        _ => (y, x),
    };
}

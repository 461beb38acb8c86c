// The random rectangle of the ImageNet recipe, stretched back to the image's size. A crop is never larger than the
// image, so this only ever enlarges and linear interpolation is enough.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>A rectangle inside an image, in pixels.</summary>
internal readonly record struct ResizedCrop(int Top, int Left, int Height, int Width)
{
    private const int Attempts = 10;

    /// <summary>
    /// Draws area and aspect ratio (log-uniform in 3/4 to 4/3) until the rectangle fits; the centred square if it never does.
    /// </summary>
    internal static ResizedCrop Draw(AreaRange area, ImageShape shape, SeededRandom random)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var pixels = shape.Height * shape.Width * (area.Smallest + (area.Largest - area.Smallest) * random.NextDouble());
            var aspect = Math.Exp(Math.Log(4.0 / 3) * (2 * random.NextDouble() - 1));
            var height = (int)Math.Round(Math.Sqrt(pixels / aspect));
            var width = (int)Math.Round(Math.Sqrt(pixels * aspect));
            if (height >= 1 && width >= 1 && height <= shape.Height && width <= shape.Width)
            {
                return new ResizedCrop(
                    random.NextInt(shape.Height - height + 1), random.NextInt(shape.Width - width + 1), height, width);
            }
        }
        var side = Math.Min(shape.Height, shape.Width);
        return new ResizedCrop((shape.Height - side) / 2, (shape.Width - side) / 2, side, side);
    }

    /// <summary>Stretches the rectangle of every channel over the whole target, interpolating normalised values.</summary>
    /// <param name="source">Bytes [channels, height, width].</param>
    /// <param name="target">Floats of the same layout.</param>
    /// <param name="shape">The layout.</param>
    /// <param name="table">The normalised value of every byte, 256 per channel.</param>
    internal void Stretch(ReadOnlySpan<byte> source, Span<float> target, ImageShape shape, ReadOnlySpan<float> table)
    {
        Span<Tap> columns = shape.Width <= 512 ? stackalloc Tap[shape.Width] : new Tap[shape.Width];
        for (var column = 0; column < columns.Length; column++)
        {
            columns[column] = Tap.At(column, shape.Width, Left, Width);
        }
        for (var channel = 0; channel < shape.Channels; channel++)
        {
            var plane = source.Slice(channel * shape.Height * shape.Width, shape.Height * shape.Width);
            var values = table.Slice(256 * channel, 256);
            for (var row = 0; row < shape.Height; row++)
            {
                var tap = Tap.At(row, shape.Height, Top, Height);
                var upper = plane.Slice(tap.First * shape.Width, shape.Width);
                var lower = plane.Slice(tap.Second * shape.Width, shape.Width);
                var line = target.Slice((channel * shape.Height + row) * shape.Width, shape.Width);
                for (var column = 0; column < line.Length; column++)
                {
                    var across = columns[column];
                    var above = across.Mix(values[upper[across.First]], values[upper[across.Second]]);
                    var below = across.Mix(values[lower[across.First]], values[lower[across.Second]]);
                    line[column] = tap.Mix(above, below);
                }
            }
        }
    }

    /// <summary>Two neighbouring pixels and how much of the second to take.</summary>
    private readonly record struct Tap(int First, int Second, float Share)
    {
        internal static Tap At(int target, int count, int from, int extent)
        {
            var centre = Math.Clamp((target + 0.5) * extent / count - 0.5, 0, extent - 1);
            var first = (int)centre;
            return new Tap(from + first, from + Math.Min(first + 1, extent - 1), (float)(centre - first));
        }

        internal float Mix(float first, float second) => first + Share * (second - first);
    }
}

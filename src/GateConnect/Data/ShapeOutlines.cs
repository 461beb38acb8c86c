// The eight outlines, as inside-or-outside functions on the plane around a shape's own centre, and where in an image
// one is put. All outlines cover a similar area, so that the amount of ink does not give the class away.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>The outlines of the synthetic shapes.</summary>
internal static class ShapeOutlines
{
    /// <summary>Class names, in label order.</summary>
    internal static IReadOnlyList<string> Names { get; } = ["circle", "square", "triangle", "cross", "ring", "bar", "moon", "stripes"];

    /// <summary>Whether (x, y) lies inside outline <paramref name="label"/> of radius about 1.</summary>
    internal static bool Contains(int label, double x, double y)
    {
        var (width, height) = (Math.Abs(x), Math.Abs(y));
        var radius = Math.Sqrt(x * x + y * y);
        return label switch
        {
            0 => radius < 0.8,
            1 => Math.Max(width, height) < 0.72,
            2 => y > -0.65 && 0.87 * width + 0.5 * y < 0.55,
            3 => Math.Max(width, height) < 0.95 && Math.Min(width, height) < 0.32,
            4 => radius is > 0.55 and < 0.97,
            5 => width < 0.36 && height < 1.25,
            6 => radius < 1 && Math.Sqrt((x - 0.55) * (x - 0.55) + y * y) > 0.75,
            _ => Math.Max(width, height) < 0.95 && (height < 0.2 || height > 0.6),
        };
    }
}

/// <summary>Where a shape lies in an image.</summary>
/// <param name="CentreX">Column of the centre, in pixels.</param>
/// <param name="CentreY">Row of the centre, in pixels.</param>
/// <param name="Radius">Size, in pixels.</param>
/// <param name="Turn">Angle, in radians.</param>
internal readonly record struct ShapePlacement(double CentreX, double CentreY, double Radius, double Turn)
{
    private const int SamplesPerSide = 3;

    /// <summary>Any angle, a radius of 20 to 34 % of the side, anywhere the shape is about whole.</summary>
    internal static ShapePlacement Draw(int side, SeededRandom random)
    {
        var radius = side * (0.20 + 0.14 * random.NextDouble());
        var room = side - 2 * radius;
        return new ShapePlacement(
            radius + room * random.NextDouble(), radius + room * random.NextDouble(), radius, 2 * Math.PI * random.NextDouble());
    }

    /// <summary>How much of the pixel the shape covers, 0 to 1.</summary>
    internal double Coverage(int label, int row, int column)
    {
        var (sine, cosine) = Math.SinCos(Turn);
        var inside = 0;
        for (var sample = 0; sample < SamplesPerSide * SamplesPerSide; sample++)
        {
            var x = (column + (sample % SamplesPerSide + 0.5) / SamplesPerSide - CentreX) / Radius;
            var y = (row + (sample / SamplesPerSide + 0.5) / SamplesPerSide - CentreY) / Radius;
            inside += ShapeOutlines.Contains(label, cosine * x + sine * y, cosine * y - sine * x) ? 1 : 0;
        }
        return inside / (double)(SamplesPerSide * SamplesPerSide);
    }
}

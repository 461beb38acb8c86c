// Carries out the resampling of one plane: rows first (weighted sum of source rows), then columns, in single
// precision, rounded once at the end. Works on planes and on interleaved pixels alike.
namespace GateConnect.Data;

/// <summary>Distances between neighbours in a buffer of pixels, in bytes.</summary>
/// <param name="Row">From a pixel to the one below.</param>
/// <param name="Column">From a pixel to the one at its right.</param>
internal readonly record struct PixelStrides(int Row, int Column);

/// <summary>The centred square or another rectangle of an image, resampled to a given side. Immutable; used by many threads at once.</summary>
internal sealed class SquareResampling
{
    private readonly ResampleWeights rows;
    private readonly ResampleWeights columns;
    private readonly int firstColumn;
    private readonly int columnCount;

    private SquareResampling(ResampleWeights rows, ResampleWeights columns)
    {
        (this.rows, this.columns) = (rows, columns);
        firstColumn = columns.Start(0);
        columnCount = columns.Start(columns.Count - 1) + columns.Of(columns.Count - 1).Length - firstColumn;
    }

    /// <summary>From <paramref name="height"/> x <paramref name="width"/> to <paramref name="side"/> x <paramref name="side"/>.</summary>
    internal static SquareResampling Of(int height, int width, int side)
    {
        var square = Math.Min(height, width);
        return new SquareResampling(
            ResampleWeights.Along(height, (height - square) / 2.0, square, side),
            ResampleWeights.Along(width, (width - square) / 2.0, square, side));
    }

    /// <summary>A rectangle of an image, stretched to <paramref name="side"/> x <paramref name="side"/>.</summary>
    internal static SquareResampling Of(int height, int width, ResizedCrop rectangle, int side) => new(
        ResampleWeights.Along(height, rectangle.Top, rectangle.Height, side),
        ResampleWeights.Along(width, rectangle.Left, rectangle.Width, side));

    /// <summary>Resamples one channel of <paramref name="source"/>, which starts at the channel's first value.</summary>
    internal void Apply(ReadOnlySpan<byte> source, PixelStrides strides, Span<byte> target)
    {
        var mixed = new float[columnCount];
        for (var row = 0; row < rows.Count; row++)
        {
            MixRows(source, strides, row, mixed);
            var line = target.Slice(row * columns.Count, columns.Count);
            for (var column = 0; column < line.Length; column++)
            {
                var from = columns.Start(column) - firstColumn;
                var sum = 0.5f;
                foreach (var weight in columns.Of(column))
                {
                    sum += weight * mixed[from++];
                }
                line[column] = (byte)Math.Clamp((int)sum, 0, 255);
            }
        }
    }

    private void MixRows(ReadOnlySpan<byte> source, PixelStrides strides, int row, Span<float> mixed)
    {
        mixed.Clear();
        var start = rows.Start(row);
        foreach (var weight in rows.Of(row))
        {
            // Offsets of the largest images allowed (2^28 pixels of 4 bytes) still fit in 31 bits.
            var offset = start++ * strides.Row + firstColumn * strides.Column;
            for (var column = 0; column < mixed.Length; column++, offset += strides.Column)
            {
                mixed[column] += weight * source[offset];
            }
        }
    }
}

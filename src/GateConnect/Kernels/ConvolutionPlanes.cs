// A grouped 3x3 convolution as products of whole planes. A plane is its image with a border of zeros, row after row in
// one line; then output pixel q of every tap reads pixel q plus a constant, and lines of pixels need no corners. The
// columns that belong to no pixel are computed and left out. With stride 2 the image is split into the planes of its
// even and odd rows and columns first, after which every tap has a constant again.
namespace GateConnect.Kernels;

/// <summary>Where everything stands in the planes of a few images of one group.</summary>
internal sealed unsafe class ConvolutionPlanes
{
    // So many pixels are worked on at once that the ends of planes do not count, and so few that they stay in the cache.
    private const int PixelsAtOnce = 512;
    private const int Width = PixelBlocks.Width;

    private readonly Convolution convolution;

    internal ConvolutionPlanes(Convolution convolution)
    {
        this.convolution = convolution;
        Border = 2 / convolution.Stride;
        Pitch = convolution.OutputWidth + Border;
        Rows = convolution.OutputHeight + Border;
        ImagesAtOnce = Math.Clamp(PixelsAtOnce / (Rows * Pitch), 1, convolution.Images);
        Length = ((ImagesAtOnce * Rows * Pitch) + Width - 1) / Width * Width;
        Lead = (((Border * Pitch) + Border + Width - 1) / Width * Width) + Width;
        Plane = Length + (2 * Lead);
    }

    /// <summary>Rows before, and columns behind, an image that belong to no pixel.</summary>
    internal int Border { get; }

    /// <summary>From one row to the next.</summary>
    internal int Pitch { get; }

    /// <summary>Rows of an image with its border.</summary>
    internal int Rows { get; }

    /// <summary>How many images stand in one plane.</summary>
    internal int ImagesAtOnce { get; }

    /// <summary>Pixels that are computed, a multiple of 64.</summary>
    internal int Length { get; }

    /// <summary>Zeros before and behind them: as far as taps reach, and whole runs of 64 with them.</summary>
    internal int Lead { get; }

    /// <summary>Floats of a plane, borders and all.</summary>
    internal int Plane { get; }

    /// <summary>Planes that an input channel is split into: stride squared.</summary>
    internal int Phases => convolution.Stride * convolution.Stride;

    /// <summary>Runs of images, each in planes of its own.</summary>
    internal int Runs => (convolution.Images + ImagesAtOnce - 1) / ImagesAtOnce;

    /// <summary>In which of a channel's planes a tap reads.</summary>
    internal int PhaseOf(int tap) =>
        (tap / Convolution.Side % convolution.Stride * convolution.Stride) + (tap % Convolution.Side % convolution.Stride);

    /// <summary>How far behind the output pixel a tap reads, in its plane.</summary>
    internal int ShiftOf(int tap) =>
        (tap / Convolution.Side / convolution.Stride * Pitch) + (tap % Convolution.Side / convolution.Stride);

    /// <summary>Spreads the input of a run and group over planes [w, phases, plane], from <see cref="Lead"/> on; the rest must be zero.</summary>
    internal void Spread(float* input, int run, int group, float* planes) => EachRow(run, group, (image, channel, row, place) =>
    {
        if (convolution.Stride == 1)
        {
            PixelRows.Copy(input + place, convolution.InputWidth, PlaneRow(planes, image, channel, row, 0) + 1);
            return;
        }
        // The pixel before the first is the border's, so even pixels stand in the planes of odd columns.
        PixelRows.Split(
            input + place, convolution.InputWidth, PlaneRow(planes, image, channel, row, 1), PlaneRow(planes, image, channel, row, 0) + 1);
    });

    /// <summary>Gathers an input's gradient from planes as <see cref="Spread"/> laid them.</summary>
    internal void Collect(float* planes, int run, int group, float* inputGradient) => EachRow(run, group, (image, channel, row, place) =>
    {
        if (convolution.Stride == 1)
        {
            PixelRows.Copy(PlaneRow(planes, image, channel, row, 0) + 1, convolution.InputWidth, inputGradient + place);
            return;
        }
        PixelRows.Join(
            PlaneRow(planes, image, channel, row, 1), PlaneRow(planes, image, channel, row, 0) + 1, convolution.InputWidth, inputGradient + place);
    });

    /// <summary>Copies output planes [w, plane], image rows from row <paramref name="above"/> on, to a run's output.</summary>
    internal void Take(float* planes, int run, int group, int above, float* output) => EachOutputRow(run, group, (image, channel, row, place) =>
        PixelRows.Copy(OutputRow(planes, image, channel, row + above), convolution.OutputWidth, output + place));

    /// <summary>The other way round.</summary>
    internal void Put(float* output, int run, int group, int above, float* planes) => EachOutputRow(run, group, (image, channel, row, place) =>
        PixelRows.Copy(output + place, convolution.OutputWidth, OutputRow(planes, image, channel, row + above)));

    /// <summary>Images of a run; the last may have fewer.</summary>
    internal int ImagesOf(int run) => Math.Min(ImagesAtOnce, convolution.Images - (run * ImagesAtOnce));

    // Where a row of an input image stands in the plane of its columns of a parity; the border's row is the first.
    private float* PlaneRow(float* planes, int image, int channel, int row, int parity)
    {
        var y = row + 1;
        var phase = (y % convolution.Stride * convolution.Stride) + parity;
        return planes + ((((long)channel * Phases) + phase) * Plane) + Lead + (((image * Rows) + (y / convolution.Stride)) * Pitch);
    }

    private float* OutputRow(float* planes, int image, int channel, int row) =>
        planes + ((long)channel * Plane) + Lead + (((image * Rows) + row) * Pitch);

    private void EachRow(int run, int group, Action<int, int, int, long> row) =>
        Each(run, group, convolution.InputHeight, convolution.InputWidth, row);

    private void EachOutputRow(int run, int group, Action<int, int, int, long> row) =>
        Each(run, group, convolution.OutputHeight, convolution.OutputWidth, row);

    private void Each(int run, int group, int height, int width, Action<int, int, int, long> visit)
    {
        for (var image = 0; image < ImagesOf(run); image++)
        {
            for (var channel = 0; channel < convolution.Channels; channel++)
            {
                var plane = (((long)(run * ImagesAtOnce) + image) * convolution.Groups + group) * convolution.Channels + channel;
                for (var row = 0; row < height; row++)
                {
                    visit(image, channel, row, ((plane * height) + row) * width);
                }
            }
        }
    }
}

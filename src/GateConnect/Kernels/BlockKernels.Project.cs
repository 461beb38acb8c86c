// The shared projection with its pooled statistics: forward reads every stride-th pixel of x and writes p, with sums and
// squares on the way; backward carries the gradients of mean and variance into dp, and gives dW and, at the pixels that
// were read, dx. These are the long products of the network, half of its multiply-adds: they work on panels (Tile.Panels).
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

internal sealed unsafe partial class BlockKernels<TSimd, TVector>
{
    // Rows of results between two requests for memory: all requests at once would wait for each other.
    private const int RowsAtOnce = 8;

    /// <inheritdoc/>
    internal override void Project(Projection projection, PackedWeights weights, float* mean, float* variance, int workers)
    {
        var (inputs, outputs, lanes) = (projection.InputChannels, projection.OutputChannels, TSimd.Lanes);
        var shape = projection.OutputShape;
        var panel = Tile<TSimd, TVector>.Panel;
        var sums = new double[workers][];
        using var tiles = new Scratch(workers, (inputs + (long)PackedWeights.WholeGroups(outputs)) * Width);
        using var partials = new Scratch(workers, 2L * outputs * lanes);
        var streamed = IsStreamed(projection.OutputBlocks, shape);
        Workers.Run(projection.OutputBlocks.Count, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            var sum = sums[worker] = new double[2 * outputs];
            float* x = tiles[worker], p = x + (inputs * Width), partial = partials[worker];
            var pixels = new PixelsAhead(projection, panel, from, to);
            while (pixels.Next())
            {
                pixels.Here.Pick(pixels.Branch, x);
                for (var pixel = 0; pixel < Width; pixel += panel)
                {
                    for (var row = 0; row < outputs; row += RowsAtOnce)
                    {
                        pixels.PrefetchInput((pixel * outputs) + (panel * row), panel * RowsAtOnce, Width * outputs);
                        Tile<TSimd, TVector>.MultiplyPanel<Overwrite>(
                            Math.Min(RowsAtOnce, outputs - row), inputs, weights[0] + (row * inputs), x + (pixel * inputs),
                            p + (row * Width) + pixel, Width);
                    }
                }
                for (var channel = 0; channel < outputs; channel++)
                {
                    var row = p + (channel * Width);
                    if (mean != null)
                    {
                        Tile<TSimd, TVector>.AddMoments(row, partial + (channel * lanes), partial + ((outputs + channel) * lanes));
                    }
                    Put(row, projection.Output + ((long)pixels.Block * shape.BlockLength) + shape.Row(pixels.Branch, channel), streamed);
                }
                for (var index = 0; mean != null && pixels.IsLastBranch && index < sum.Length; index++)
                {
                    sum[index] += Tile<TSimd, TVector>.TakeSum(partial + (index * lanes)); // of one block: further sums need float64
                }
            }
        });
        for (var channel = 0; mean != null && channel < outputs; channel++)
        {
            var average = sums.Sum(sum => sum?[channel] ?? 0) / projection.Pooled;
            mean[channel] = (float)average;
            variance[channel] = (float)Math.Max(0, (sums.Sum(sum => sum?[outputs + channel] ?? 0) / projection.Pooled) - (average * average));
        }
    }

    /// <inheritdoc/>
    internal override void ProjectBackward(
        Projection projection, ProjectionGradients gradients, float* weightGradient, float* inputGradient, int workers)
    {
        var (inputs, outputs) = (projection.InputChannels, projection.OutputChannels);
        var (inputShape, outputShape) = (projection.InputShape, projection.OutputShape);
        var panel = Tile<TSimd, TVector>.Panel;
        int inputPlaces = Tile<TSimd, TVector>.WholePanels(inputs), outputPlaces = PackedWeights.WholeGroups(outputs);
        using var turned = new PackedWeights(1, inputs, outputs);
        turned.Pack(0, projection.Weights, inputs, 1, outputs, inputs);
        using var terms = new Scratch(2, outputs);
        float* slopes = terms[0], shifts = terms[1];
        var pooled = (float)projection.Pooled;
        for (var channel = 0; channel < outputs; channel++)
        {
            slopes[channel] = 2 * gradients.VarianceGradient[channel] / pooled;
            shifts[channel] = (gradients.MeanGradient[channel] / pooled) - (slopes[channel] * gradients.Mean[channel]);
        }
        var streamed = IsStreamed(projection.OutputBlocks, inputShape);
        using var tiles = new Scratch(
            workers, (outputs + outputPlaces + inputs + inputPlaces + (long)PackedWeights.WholeGroups(inputs)) * Width);
        using var sums = new Scratch(workers, (long)outputPlaces * inputPlaces);
        Workers.Run(projection.OutputBlocks.Count, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            float* dp = tiles[worker], turnedGradient = dp + (outputs * Width), x = turnedGradient + (outputPlaces * Width);
            float* turnedInput = x + (inputs * Width), dx = turnedInput + (inputPlaces * Width);
            var pixels = new PixelsAhead(projection, panel, from, to);
            while (pixels.Next())
            {
                var place = (long)pixels.Block * outputShape.BlockLength;
                for (var channel = 0; channel < outputs; channel++)
                {
                    var row = place + outputShape.Row(pixels.Branch, channel);
                    Tile<TSimd, TVector>.Blend(
                        gradients.Scale[channel], gradients.Output + row, slopes[channel], projection.Output + row, shifts[channel],
                        dp + (channel * panel), outputs * panel);
                }
                Tile<TSimd, TVector>.ClearPanels(outputs, dp, projection.OutputBlocks.Filled(pixels.Block));
                Tile<TSimd, TVector>.Turn(outputs, dp, PackedWeights.Rows, turnedGradient);
                pixels.Here.Pick(pixels.Branch, x);
                Tile<TSimd, TVector>.Turn(inputs, x, panel, turnedInput);
                for (var channel = 0; channel < inputs; channel += panel)
                {
                    for (var row = 0; row < outputs; row += RowsAtOnce)
                    {
                        pixels.PrefetchOutput(gradients.Output, (channel * outputs) + (panel * row), panel * RowsAtOnce, inputs * outputs);
                        Tile<TSimd, TVector>.MultiplyPanel<Accumulate>(
                            Math.Min(RowsAtOnce, outputs - row), Width, turnedGradient + (row * Width), turnedInput + (channel * Width),
                            sums[worker] + (row * inputPlaces) + channel, inputPlaces);
                    }
                }
                for (var pixel = 0; pixel < Width; pixel += panel)
                {
                    for (var row = 0; row < inputs; row += RowsAtOnce)
                    {
                        pixels.PrefetchInput((pixel * inputs) + (panel * row), panel * RowsAtOnce, Width * inputs);
                        Tile<TSimd, TVector>.MultiplyPanel<Overwrite>(
                            Math.Min(RowsAtOnce, inputs - row), outputs, turned[0] + (row * outputs), dp + (pixel * outputs),
                            dx + (row * Width) + pixel, Width);
                    }
                }
                for (var channel = 0; channel < inputs; channel++)
                {
                    Put(
                        dx + (channel * Width),
                        inputGradient + ((long)pixels.Block * inputShape.BlockLength) + inputShape.Row(pixels.Branch, channel), streamed);
                }
            }
        });
        for (var row = 0; row < outputs; row++)
        {
            sums.SumInto((long)row * inputPlaces, inputs, weightGradient + ((long)row * inputs));
        }
    }

    // A row of 64 pixels to its place.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* row, float* target, bool streamed)
    {
        if (streamed)
        {
            Tile<TSimd, TVector>.Stream(row, Width, target);
            return;
        }
        PixelRows.Copy(row, Width, target);
    }

    // A worker's way through branches and blocks, which knows what comes next: memory is asked for a tile ahead.
    private sealed class PixelsAhead(Projection projection, int panel, int from, int to)
    {
        private SourcePixels ahead = new(projection, panel);
        private int unit = (from * projection.Branches) - 1;

        internal SourcePixels Here { get; private set; } = new(projection, panel);

        internal int Block => unit / projection.Branches;

        internal int Branch => unit % projection.Branches;

        internal bool IsLastBranch => Branch == projection.Branches - 1;

        private bool HasNext => unit + 1 < to * projection.Branches;

        private int NextBranch => (unit + 1) % projection.Branches;

        internal bool Next()
        {
            if (!HasNext)
            {
                return false;
            }
            unit++;
            if (unit == from * projection.Branches)
            {
                Here.Locate(Block);
            }
            else if (Branch == 0)
            {
                (Here, ahead) = (ahead, Here);
            }
            if (IsLastBranch && HasNext)
            {
                ahead.Locate(Block + 1);
            }
            return true;
        }

        // Asks for a share of the next pixels of x: the part of the present tile's work that is about to be done.
        internal void PrefetchInput(long done, long part, long whole)
        {
            if (HasNext)
            {
                var channels = projection.InputChannels;
                (IsLastBranch ? ahead : Here).Prefetch(NextBranch, Share(done, whole, channels), Share(done + part, whole, channels));
            }
        }

        // Asks for a share of the next rows of p and dy.
        internal void PrefetchOutput(float* gradient, long done, long part, long whole)
        {
            if (!HasNext)
            {
                return;
            }
            var shape = projection.OutputShape;
            var place = (long)((unit + 1) / projection.Branches) * shape.BlockLength;
            var last = Share(done + part, whole, projection.OutputChannels);
            for (var channel = Share(done, whole, projection.OutputChannels); channel < last; channel++)
            {
                var row = place + shape.Row(NextBranch, channel);
                PixelRows.Prefetch(projection.Output + row, Width);
                PixelRows.Prefetch(gradient + row, Width);
            }
        }

        private static int Share(long done, long whole, int channels) => (int)(Math.Min(done, whole) * channels / whole);
    }
}

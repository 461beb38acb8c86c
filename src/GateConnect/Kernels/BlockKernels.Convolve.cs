// The grouped 3x3 of the bottleneck, forward and backward, on planes (ConvolutionPlanes).
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

internal sealed unsafe partial class BlockKernels<TSimd, TVector>
{
    /// <inheritdoc/>
    internal override void Convolve(Convolution convolution, PackedWeights weights, float* output, int workers)
    {
        var planes = new ConvolutionPlanes(convolution);
        var channels = convolution.Channels;
        var taps = new int[channels * Convolution.Taps];
        for (var index = 0; index < taps.Length; index++)
        {
            var (channel, tap) = Math.DivRem(index, Convolution.Taps);
            taps[index] = (((channel * planes.Phases) + planes.PhaseOf(tap)) * planes.Plane) + planes.ShiftOf(tap);
        }
        using var inputs = new Scratch(workers, (long)channels * planes.Phases * planes.Plane);
        using var outputs = new Scratch(workers, (long)channels * planes.Plane);
        Workers.Run(planes.Runs * convolution.Groups, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            float* input = inputs[worker], result = outputs[worker];
            for (var unit = from; unit < to; unit++)
            {
                var (run, group) = Math.DivRem(unit, convolution.Groups);
                planes.Spread(convolution.Input, run, group, input);
                for (var pixel = planes.Lead; pixel < planes.Lead + planes.Length; pixel += Width)
                {
                    var product = Product.Of(channels, taps.Length, weights[group], input + pixel, 1, result + pixel, planes.Plane);
                    if (convolution.Bias == null)
                    {
                        Tile<TSimd, TVector>.MultiplyAt<Overwrite>(product, taps, Items.One);
                        continue;
                    }
                    product.Shift = convolution.Bias + (group * channels);
                    Tile<TSimd, TVector>.MultiplyAt<ShiftedRectified>(product, taps, Items.One);
                }
                planes.Take(result, run, group, above: 0, output);
            }
        });
    }

    /// <inheritdoc/>
    internal override void ConvolveBackward(
        Convolution convolution, float* outputGradient, float* weightGradient, float* inputGradient, int workers)
    {
        var planes = new ConvolutionPlanes(convolution);
        var channels = convolution.Channels;
        var weights = (long)convolution.Groups * channels * channels * Convolution.Taps;
        using var turned = new TurnedWeights(convolution, planes);
        using var inputs = new Scratch(workers, (long)channels * planes.Phases * planes.Plane);
        using var results = new Scratch(workers, (long)channels * planes.Phases * planes.Plane);
        using var outputs = new Scratch(workers, (long)channels * planes.Plane);
        using var sums = new Scratch(workers, weights);
        Workers.Run(planes.Runs * convolution.Groups, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            float* input = inputs[worker], result = results[worker], output = outputs[worker], sum = sums[worker];
            for (var unit = from; unit < to; unit++)
            {
                var (run, group) = Math.DivRem(unit, convolution.Groups);
                if (planes.ImagesOf(run) < planes.ImagesAtOnce)
                {
                    new Span<float>(output, channels * planes.Plane).Clear();
                }
                planes.Spread(convolution.Input, run, group, input);
                planes.Put(outputGradient, run, group, above: planes.Border, output);
                for (var phase = 0; phase < planes.Phases; phase++)
                {
                    var taps = turned.Taps(phase);
                    for (var pixel = planes.Lead; pixel < planes.Lead + planes.Length; pixel += Width)
                    {
                        Tile<TSimd, TVector>.MultiplyAt<Overwrite>(
                            Product.Of(
                                channels, taps.Length, turned.Of(group, phase), output + pixel, 1,
                                result + (phase * planes.Plane) + pixel, planes.Phases * planes.Plane),
                            taps, Items.One);
                    }
                }
                planes.Collect(result, run, group, inputGradient);
                for (var tap = 0; tap < Convolution.Taps; tap++)
                {
                    Tile<TSimd, TVector>.Dot(new Dots
                    {
                        Rows = channels,
                        A = output + planes.Lead + (planes.Border * planes.Pitch),
                        ARow = planes.Plane,
                        Columns = channels,
                        B = input + (planes.PhaseOf(tap) * planes.Plane) + planes.Lead + planes.ShiftOf(tap),
                        BRow = planes.Phases * planes.Plane,
                        Length = planes.Length - (planes.Border * planes.Pitch / Width * Width),
                        Target = sum + (group * channels * channels * Convolution.Taps) + tap,
                        TargetRow = channels * Convolution.Taps,
                        TargetColumn = Convolution.Taps,
                    });
                }
            }
        });
        sums.SumInto(0, weights, weightGradient);
    }

    // The weights as the backward pass reads them: for each input channel and plane, those of all outputs and of the taps that read it.
    private sealed class TurnedWeights : IDisposable
    {
        private readonly PackedWeights weights; // [group, phase][w_in, w_out * taps of the phase]
        private readonly int phases;
        private readonly int[][] taps;          // [phase][w_out * taps of the phase]

        internal TurnedWeights(Convolution convolution, ConvolutionPlanes planes)
        {
            var channels = convolution.Channels;
            var tapsOf = Enumerable.Range(0, planes.Phases)
                .Select(phase => Enumerable.Range(0, Convolution.Taps).Where(tap => planes.PhaseOf(tap) == phase).ToArray()).ToArray();
            taps = [.. tapsOf.Select(list => Enumerable.Range(0, channels).SelectMany(output =>
                list.Select(tap => (output * planes.Plane) + (planes.Border * planes.Pitch) - planes.ShiftOf(tap))).ToArray())];
            weights = new PackedWeights(convolution.Groups * planes.Phases, channels, channels * Convolution.Taps);
            for (var group = 0; group < convolution.Groups; group++)
            {
                for (var phase = 0; phase < planes.Phases; phase++)
                {
                    float[] turned = [.. Enumerable.Range(0, channels).SelectMany(input => Enumerable.Range(0, channels).SelectMany(output =>
                        tapsOf[phase].Select(tap =>
                            convolution.Weights[((((long)((group * channels) + output) * channels) + input) * Convolution.Taps) + tap])))];
                    fixed (float* values = turned)
                    {
                        weights.Pack((group * planes.Phases) + phase, values, channels, taps[phase].Length, taps[phase].Length, 1);
                    }
                }
            }
            phases = planes.Phases;
        }

        internal float* Of(int group, int phase) => weights[(group * phases) + phase];

        internal int[] Taps(int phase) => taps[phase];

        public void Dispose() => weights.Dispose();
    }
}

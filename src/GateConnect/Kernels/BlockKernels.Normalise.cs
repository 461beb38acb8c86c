// What is thin: ReLU BN, and the moments of r that the last norm folds (Model/BranchNorm.cs). A channel is worked on as
// a whole, so that its second pass finds it in the cache, and its statistics do not depend on the number of threads.
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

internal sealed unsafe partial class BlockKernels<TSimd, TVector>
{
    /// <inheritdoc/>
    internal override void Measure(Normalisation norm, int workers) =>
        Workers.Run(norm.Channels, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (_, from, to) =>
        {
            for (var channel = from; channel < to; channel++)
            {
                double sum = 0, squares = 0;
                for (var image = 0; image < norm.Images; image++)
                {
                    var (planeSum, planeSquares) = Line<TSimd, TVector>.Sums(norm.Input + norm.Plane(image, channel), norm.PixelsPerImage);
                    (sum, squares) = (sum + planeSum, squares + planeSquares);
                }
                var mean = sum / norm.Count;
                norm.Mean[channel] = (float)mean;
                norm.Variance[channel] = (float)Math.Max(0, (squares / norm.Count) - (mean * mean));
            }
        });

    /// <inheritdoc/>
    internal override void Normalise(Normalisation norm, float* output, int workers) =>
        Workers.Run(norm.Channels, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (_, from, to) =>
        {
            for (var channel = from; channel < to; channel++)
            {
                var (slope, shift) = Affine(norm, channel);
                for (var image = 0; image < norm.Images; image++)
                {
                    var plane = norm.Plane(image, channel);
                    Line<TSimd, TVector>.Rectify(slope, shift, norm.Input + plane, norm.PixelsPerImage, output + plane);
                }
            }
        });

    /// <inheritdoc/>
    internal override void NormaliseBackward(Normalisation norm, NormalisationGradients gradients, StatisticsOrigin origin, int workers) =>
        Workers.Run(norm.Channels, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (_, from, to) =>
        {
            for (var channel = from; channel < to; channel++)
            {
                var (slope, shift) = Affine(norm, channel);
                double sum = 0, product = 0;
                for (var image = 0; image < norm.Images; image++)
                {
                    var plane = norm.Plane(image, channel);
                    var (planeSum, planeProduct) = Line<TSimd, TVector>.GradientSums(
                        slope, shift, norm.Input + plane, gradients.Output + plane, norm.PixelsPerImage);
                    (sum, product) = (sum + planeSum, product + planeProduct);
                }
                double mean = norm.Mean[channel], inverse = 1 / Math.Sqrt((double)norm.Variance[channel] + norm.Epsilon);
                var centred = product - (mean * sum);                                        // sum of dy (x - mean)
                gradients.Weight[channel] = (float)(inverse * centred);
                gradients.Bias[channel] = (float)sum;
                var curve = origin == StatisticsOrigin.Batch ? slope * inverse * inverse * centred / norm.Count : 0;
                var offset = origin == StatisticsOrigin.Batch ? (curve * mean) - (slope * sum / norm.Count) : 0;
                for (var image = 0; image < norm.Images; image++)
                {
                    var plane = norm.Plane(image, channel);
                    Line<TSimd, TVector>.Gradient(
                        slope, shift, (float)-curve, (float)offset, norm.Input + plane, gradients.Output + plane, norm.PixelsPerImage, gradients.Input + plane);
                }
            }
        });

    /// <inheritdoc/>
    internal override void Moments(Activations activations, float* mean, float* covariance, int workers)
    {
        var (groups, width) = (activations.Groups, activations.Channels);
        long squares = (long)groups * width * width;
        using var tiles = new Scratch(workers, (long)groups * width * Width);
        using var sums = new Scratch(workers, squares + ((long)groups * width));
        Workers.Run(activations.Blocks.Count, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            float* tile = tiles[worker], sum = sums[worker];
            for (var block = from; block < to; block++)
            {
                activations.Blocks.Gather(activations.Values, groups * width, block, tile);
                Tile<TSimd, TVector>.AddRowSums(groups * width, tile, sum + squares);
                Tile<TSimd, TVector>.Dot(new Dots
                {
                    Rows = width,
                    A = tile,
                    ARow = Width,
                    Columns = width,
                    B = tile,
                    BRow = Width,
                    Length = Width,
                    Target = sum,
                    TargetRow = width,
                    TargetColumn = 1,
                    Count = groups,
                    AItem = width * Width,
                    BItem = width * Width,
                    TargetItem = width * width,
                });
            }
        });
        sums.SumInto(squares, groups * width, mean);
        sums.SumInto(0, squares, covariance);
        double count = activations.Blocks.Pixels;
        for (var row = 0; row < groups * width; row++)
        {
            mean[row] = (float)(mean[row] / count);
        }
        for (var row = 0; row < groups * width; row++)
        {
            for (var column = 0; column < width; column++)
            {
                var product = (double)mean[row] * mean[(row / width * width) + column];
                covariance[(row * width) + column] = (float)((covariance[(row * width) + column] / count) - product);
            }
        }
    }

    /// <inheritdoc/>
    internal override void MomentsBackward(
        Activations activations, float* mean, float* meanGradient, float* covarianceGradient, float* gradient, int workers)
    {
        var (groups, width) = (activations.Groups, activations.Channels);
        var thin = groups * width;
        float count = activations.Blocks.Pixels;
        using var terms = new Scratch(2, thin);
        using var matrix = new Scratch(1, (long)thin * width);
        using var weights = new PackedWeights(groups, width, width);
        float* shifts = terms[0], ones = terms[1];
        for (var row = 0; row < thin; row++)
        {
            var (group, own) = (row / width, row % width);
            (ones[row], shifts[row]) = (1f, meanGradient[row] / count);
            for (var column = 0; column < width; column++)
            {
                var square = covarianceGradient + (group * width * width);
                var weight = (square[(own * width) + column] + square[(column * width) + own]) / count;
                matrix[0][(row * width) + column] = weight;
                shifts[row] -= weight * mean[(group * width) + column];
            }
        }
        for (var group = 0; group < groups; group++)
        {
            weights.Pack(group, matrix[0] + (group * width * width), width, width, width, 1);
        }
        using var tiles = new Scratch(workers, 2L * thin * Width);
        Workers.Run(activations.Blocks.Count, workers, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (worker, from, to) =>
        {
            float* values = tiles[worker], slopes = values + (thin * Width);
            for (var block = from; block < to; block++)
            {
                activations.Blocks.Gather(activations.Values, thin, block, values);
                activations.Blocks.Gather(gradient, thin, block, slopes);
                var product = Product.Of(width, width, weights[0], values, Width, slopes, Width);
                product.Scale = ones;
                product.Shift = shifts;
                Tile<TSimd, TVector>.Multiply<Shifted>(
                    product, new Items(groups, weights.PartLength, width * Width, width * Width, width * Width, width));
                activations.Blocks.Scatter(slopes, thin, block, gradient);
            }
        });
    }

    private static (float Slope, float Shift) Affine(Normalisation norm, int channel)
    {
        var slope = norm.Weight[channel] / MathF.Sqrt(norm.Variance[channel] + norm.Epsilon);
        return (slope, norm.Bias[channel] - (norm.Mean[channel] * slope));
    }
}

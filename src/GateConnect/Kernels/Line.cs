// Passes over one line of pixels of any length: whole registers first, then what is left one by one.
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

/// <summary>Elementwise passes and sums.</summary>
internal static unsafe class Line<TSimd, TVector>
    where TSimd : ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>The sums of x and of its squares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static (float Sum, float Squares) Sums(float* x, int length)
    {
        int lanes = TSimd.Lanes, pixel = 0;
        TVector sum = TSimd.Zero, squares = TSimd.Zero, sum2 = TSimd.Zero, squares2 = TSimd.Zero;
        for (; pixel + (2 * lanes) <= length; pixel += 2 * lanes)
        {
            TVector value = TSimd.Load(x + pixel), value2 = TSimd.Load(x + pixel + lanes);
            sum = TSimd.Add(sum, value);
            squares = TSimd.MultiplyAdd(value, value, squares);
            sum2 = TSimd.Add(sum2, value2);
            squares2 = TSimd.MultiplyAdd(value2, value2, squares2);
        }
        float total = TSimd.Sum(TSimd.Add(sum, sum2)), totalSquares = TSimd.Sum(TSimd.Add(squares, squares2));
        for (; pixel < length; pixel++)
        {
            (total, totalSquares) = (total + x[pixel], totalSquares + (x[pixel] * x[pixel]));
        }
        return (total, totalSquares);
    }

    /// <summary>y = ReLU(slope x + shift).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rectify(float slope, float shift, float* x, int length, float* y)
    {
        int lanes = TSimd.Lanes, pixel = 0;
        TVector factor = TSimd.Broadcast(slope), offset = TSimd.Broadcast(shift);
        for (; pixel + lanes <= length; pixel += lanes)
        {
            TSimd.Store(y + pixel, TSimd.Rectify(TSimd.MultiplyAdd(factor, TSimd.Load(x + pixel), offset)));
        }
        for (; pixel < length; pixel++)
        {
            y[pixel] = Simd1.Rectify((slope * x[pixel]) + shift);
        }
    }

    /// <summary>The sums of dy and of dy x, over the pixels that the ReLU lets through.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static (float Sum, float Product) GradientSums(float slope, float shift, float* x, float* dy, int length)
    {
        int lanes = TSimd.Lanes, pixel = 0;
        TVector factor = TSimd.Broadcast(slope), offset = TSimd.Broadcast(shift), sum = TSimd.Zero, product = TSimd.Zero;
        for (; pixel + lanes <= length; pixel += lanes)
        {
            var value = TSimd.Load(x + pixel);
            var gradient = TSimd.KeepWherePositive(TSimd.Load(dy + pixel), TSimd.MultiplyAdd(factor, value, offset));
            sum = TSimd.Add(sum, gradient);
            product = TSimd.MultiplyAdd(gradient, value, product);
        }
        float total = TSimd.Sum(sum), totalProduct = TSimd.Sum(product);
        for (; pixel < length; pixel++)
        {
            var gradient = (slope * x[pixel]) + shift > 0 ? dy[pixel] : 0f;
            (total, totalProduct) = (total + gradient, totalProduct + (gradient * x[pixel]));
        }
        return (total, totalProduct);
    }

    /// <summary>dx = slope dy (where the ReLU lets it through) + curve x + offset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Gradient(float slope, float shift, float curve, float offset, float* x, float* dy, int length, float* dx)
    {
        int lanes = TSimd.Lanes, pixel = 0;
        TVector factor = TSimd.Broadcast(slope), start = TSimd.Broadcast(shift), bend = TSimd.Broadcast(curve), constant = TSimd.Broadcast(offset);
        for (; pixel + lanes <= length; pixel += lanes)
        {
            var value = TSimd.Load(x + pixel);
            var gradient = TSimd.KeepWherePositive(TSimd.Load(dy + pixel), TSimd.MultiplyAdd(factor, value, start));
            TSimd.Store(dx + pixel, TSimd.MultiplyAdd(factor, gradient, TSimd.MultiplyAdd(bend, value, constant)));
        }
        for (; pixel < length; pixel++)
        {
            var gradient = (slope * x[pixel]) + shift > 0 ? dy[pixel] : 0f;
            dx[pixel] = (slope * gradient) + (curve * x[pixel]) + offset;
        }
    }
}

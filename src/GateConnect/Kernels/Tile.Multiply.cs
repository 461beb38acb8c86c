// Small matrices times tiles of 64 pixels, the piece of arithmetic that all kernels are made of. Four rows of results and two
// registers of pixels are summed at once: eight sums keep both multipliers busy for as long as a multiply-add takes,
// every loaded register serves four rows, and AVX2's 16 registers suffice. Weights are packed in the order of their use.
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

/// <summary>Products on tiles. Strides are in floats; every row of pixels is 64 long.</summary>
internal static unsafe partial class Tile<TSimd, TVector>
    where TSimd : ISimd<TVector>
    where TVector : unmanaged
{
    private const int Width = PixelBlocks.Width;
    private const int Rows = PackedWeights.Rows;

    /// <summary>target[row] = sum over step of weights[row, step] * source[step * stride], for 64 pixels, item by item.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Multiply<TTarget>(in Product product, in Items items)
        where TTarget : ITarget
    {
        if (product is { Rows: Rows, Steps: Rows, SourceStep: Width, TargetRow: Width, OriginRow: Width, Pixels: Width })
        {
            MultiplyFour<TTarget>(product, items);
            return;
        }
        Multiply<TTarget, Strided>(product, null, items);
    }

    /// <summary>target[row] = sum over step of weights[row, step] * source[places[step] * stride], for 64 pixels, item by item.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MultiplyAt<TTarget>(in Product product, ReadOnlySpan<int> places, in Items items)
        where TTarget : ITarget
    {
        fixed (int* list = places)
        {
            Multiply<TTarget, Listed>(product, list, items);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TTarget, TSteps>(in Product product, int* places, in Items items)
        where TTarget : ITarget
        where TSteps : ISteps
    {
        nint pixels = product.Pixels, steps = product.Steps, sourceStep = product.SourceStep, targetRow = product.TargetRow, originRow = product.OriginRow;
        float* weights = product.Weights, source = product.Source, target = product.Target;
        float* origin = product.Origin, shift = product.Shift, sign = product.Sign;
        for (var item = 0; item < items.Count; item++)
        {
            Attend(items, item, source);
            nint row = 0;
            for (; row + Rows <= product.Rows; row += Rows)
            {
                Four<TTarget, TSteps>(
                    pixels, weights + (row * steps), steps, source, sourceStep, places, target + (row * targetRow), targetRow,
                    origin + (row * originRow), originRow, product.Scale + row, shift + row, sign + (row * originRow));
            }
            for (var group = row * steps; row < product.Rows; row++)
            {
                One<TTarget, TSteps>(
                    weights + group + (row % Rows), steps, source, sourceStep, places, target + (row * targetRow),
                    origin + (row * originRow), product.Scale + row, shift + row, sign + (row * originRow));
            }
            weights += items.Weights;
            source += items.Source;
            target += items.Target;
            origin += items.Origin;
            shift += items.Shift;
            sign += items.Origin;
        }
    }

    // Memory traffic is spread over the items: requests and stores that come all at once wait for each other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Attend(in Items items, nint item, float* source)
    {
        if (items.Ahead != null)
        {
            PixelRows.Prefetch(items.Ahead + (item * items.AheadLength), items.AheadLength);
        }
        if (items.Copy != null)
        {
            Stream(source, (int)items.Source, items.Copy + (item * items.Source));
        }
    }

    // Four rows from four rows, all of which stand together: w = 4, where half the time would go into finding places.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyFour<TTarget>(in Product product, in Items items)
        where TTarget : ITarget
    {
        nint lanes = TSimd.Lanes;
        float* weights = product.Weights, source = product.Source, target = product.Target;
        float* origin = product.Origin, scale = product.Scale, shift = product.Shift, sign = product.Sign;
        for (var item = 0; item < items.Count; item++)
        {
            Attend(items, item, source);
            for (nint pixel = 0; pixel < Width; pixel += 2 * lanes)
            {
                var o = origin + pixel;
                TVector s00 = TTarget.Start<TSimd, TVector>(o, scale, shift);
                TVector s01 = TTarget.Start<TSimd, TVector>(o + lanes, scale, shift);
                TVector s10 = TTarget.Start<TSimd, TVector>(o + Width, scale + 1, shift + 1);
                TVector s11 = TTarget.Start<TSimd, TVector>(o + Width + lanes, scale + 1, shift + 1);
                TVector s20 = TTarget.Start<TSimd, TVector>(o + (2 * Width), scale + 2, shift + 2);
                TVector s21 = TTarget.Start<TSimd, TVector>(o + (2 * Width) + lanes, scale + 2, shift + 2);
                TVector s30 = TTarget.Start<TSimd, TVector>(o + (3 * Width), scale + 3, shift + 3);
                TVector s31 = TTarget.Start<TSimd, TVector>(o + (3 * Width) + lanes, scale + 3, shift + 3);
                var from = source + pixel;
                Step(from, weights, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                Step(from + Width, weights + Rows, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                Step(from + (2 * Width), weights + (2 * Rows), ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                Step(from + (3 * Width), weights + (3 * Rows), ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                float* to = target + pixel, by = sign + pixel;
                Put<TTarget>(to, by, s00, s01);
                Put<TTarget>(to + Width, by + Width, s10, s11);
                Put<TTarget>(to + (2 * Width), by + (2 * Width), s20, s21);
                Put<TTarget>(to + (3 * Width), by + (3 * Width), s30, s31);
            }
            weights += items.Weights;
            source += items.Source;
            target += items.Target;
            origin += items.Origin;
            shift += items.Shift;
            sign += items.Origin;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<TTarget, TSteps>(
        nint pixels, float* weights, nint steps, float* source, nint sourceStep, int* places, float* target, nint targetRow,
        float* origin, nint originRow, float* scale, float* shift, float* sign)
        where TTarget : ITarget
        where TSteps : ISteps
    {
        nint lanes = TSimd.Lanes;
        for (nint pixel = 0; pixel < pixels; pixel += 2 * lanes)
        {
            float* o0 = origin + pixel, o1 = o0 + originRow, o2 = o1 + originRow, o3 = o2 + originRow;
            TVector s00 = TTarget.Start<TSimd, TVector>(o0, scale, shift), s01 = TTarget.Start<TSimd, TVector>(o0 + lanes, scale, shift);
            TVector s10 = TTarget.Start<TSimd, TVector>(o1, scale + 1, shift + 1), s11 = TTarget.Start<TSimd, TVector>(o1 + lanes, scale + 1, shift + 1);
            TVector s20 = TTarget.Start<TSimd, TVector>(o2, scale + 2, shift + 2), s21 = TTarget.Start<TSimd, TVector>(o2 + lanes, scale + 2, shift + 2);
            TVector s30 = TTarget.Start<TSimd, TVector>(o3, scale + 3, shift + 3), s31 = TTarget.Start<TSimd, TVector>(o3 + lanes, scale + 3, shift + 3);
            var from = source + pixel;
            var weight = weights;
            nint step = 0;
            for (; step + 4 <= steps; step += 4, weight += 4 * Rows)
            {
                Step(TSteps.Source(from, sourceStep, places, step), weight, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                Step(TSteps.Source(from, sourceStep, places, step + 1), weight + Rows, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                Step(
                    TSteps.Source(from, sourceStep, places, step + 2), weight + (2 * Rows),
                    ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                Step(
                    TSteps.Source(from, sourceStep, places, step + 3), weight + (3 * Rows),
                    ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
            }
            for (; step < steps; step++, weight += Rows)
            {
                Step(TSteps.Source(from, sourceStep, places, step), weight, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
            }
            float* t0 = target + pixel, t1 = t0 + targetRow, t2 = t1 + targetRow, t3 = t2 + targetRow;
            float* g0 = sign + pixel, g1 = g0 + originRow, g2 = g1 + originRow, g3 = g2 + originRow;
            Put<TTarget>(t0, g0, s00, s01);
            Put<TTarget>(t1, g1, s10, s11);
            Put<TTarget>(t2, g2, s20, s21);
            Put<TTarget>(t3, g3, s30, s31);
        }
    }

    // One source row into all eight sums.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        float* source, float* weight, ref TVector s00, ref TVector s01, ref TVector s10, ref TVector s11,
        ref TVector s20, ref TVector s21, ref TVector s30, ref TVector s31)
    {
        TVector x0 = TSimd.Load(source), x1 = TSimd.Load(source + TSimd.Lanes);
        var w = TSimd.Broadcast(weight[0]);
        s00 = TSimd.MultiplyAdd(w, x0, s00);
        s01 = TSimd.MultiplyAdd(w, x1, s01);
        w = TSimd.Broadcast(weight[1]);
        s10 = TSimd.MultiplyAdd(w, x0, s10);
        s11 = TSimd.MultiplyAdd(w, x1, s11);
        w = TSimd.Broadcast(weight[2]);
        s20 = TSimd.MultiplyAdd(w, x0, s20);
        s21 = TSimd.MultiplyAdd(w, x1, s21);
        w = TSimd.Broadcast(weight[3]);
        s30 = TSimd.MultiplyAdd(w, x0, s30);
        s31 = TSimd.MultiplyAdd(w, x1, s31);
    }

    // One row: eight sums too, which are the 64 pixels of AVX2; with AVX-512 they are four.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One<TTarget, TSteps>(
        float* weights, nint steps, float* source, nint sourceStep, int* places, float* target, float* origin, float* scale, float* shift, float* sign)
        where TTarget : ITarget
        where TSteps : ISteps
    {
        nint lanes = TSimd.Lanes, second = 8 * lanes <= Width ? 4 * lanes : 0;
        for (nint pixel = 0; pixel < Width; pixel += second + (4 * lanes))
        {
            var o = origin + pixel;
            TVector s0 = TTarget.Start<TSimd, TVector>(o, scale, shift), s1 = TTarget.Start<TSimd, TVector>(o + lanes, scale, shift);
            TVector s2 = TTarget.Start<TSimd, TVector>(o + (2 * lanes), scale, shift), s3 = TTarget.Start<TSimd, TVector>(o + (3 * lanes), scale, shift);
            TVector s4 = TSimd.Zero, s5 = TSimd.Zero, s6 = TSimd.Zero, s7 = TSimd.Zero;
            if (second != 0)
            {
                (s4, s5) = (TTarget.Start<TSimd, TVector>(o + second, scale, shift), TTarget.Start<TSimd, TVector>(o + second + lanes, scale, shift));
                (s6, s7) = (
                    TTarget.Start<TSimd, TVector>(o + second + (2 * lanes), scale, shift),
                    TTarget.Start<TSimd, TVector>(o + second + (3 * lanes), scale, shift));
            }
            var weight = weights;
            for (nint step = 0; step < steps; step++, weight += Rows)
            {
                var from = TSteps.Source(source + pixel, sourceStep, places, step);
                var w = TSimd.Broadcast(*weight);
                s0 = TSimd.MultiplyAdd(w, TSimd.Load(from), s0);
                s1 = TSimd.MultiplyAdd(w, TSimd.Load(from + lanes), s1);
                s2 = TSimd.MultiplyAdd(w, TSimd.Load(from + (2 * lanes)), s2);
                s3 = TSimd.MultiplyAdd(w, TSimd.Load(from + (3 * lanes)), s3);
                if (second != 0)
                {
                    s4 = TSimd.MultiplyAdd(w, TSimd.Load(from + second), s4);
                    s5 = TSimd.MultiplyAdd(w, TSimd.Load(from + second + lanes), s5);
                    s6 = TSimd.MultiplyAdd(w, TSimd.Load(from + second + (2 * lanes)), s6);
                    s7 = TSimd.MultiplyAdd(w, TSimd.Load(from + second + (3 * lanes)), s7);
                }
            }
            float* to = target + pixel, by = sign + pixel;
            Put<TTarget>(to, by, s0, s1);
            Put<TTarget>(to + (2 * lanes), by + (2 * lanes), s2, s3);
            if (second != 0)
            {
                Put<TTarget>(to + second, by + second, s4, s5);
                Put<TTarget>(to + second + (2 * lanes), by + second + (2 * lanes), s6, s7);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TTarget>(float* target, float* sign, TVector s0, TVector s1)
        where TTarget : ITarget
    {
        TSimd.Store(target, TTarget.End<TSimd, TVector>(s0, sign));
        TSimd.Store(target + TSimd.Lanes, TTarget.End<TSimd, TVector>(s1, sign + TSimd.Lanes));
    }
}

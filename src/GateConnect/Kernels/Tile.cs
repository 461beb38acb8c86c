// Small matrices times tiles of 64 pixels, the one piece of arithmetic that all kernels are made of: four rows by four
// registers of sums, so that every loaded register serves four rows and every broadcast weight four registers.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GateConnect.Kernels;

/// <summary>Where a product's sums start and what happens to them at the end.</summary>
internal unsafe interface ITarget
{
    static abstract TVector Start<TSimd, TVector>(float* origin, float* scale, float* shift)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged;

    static abstract TVector End<TSimd, TVector>(TVector sum)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged;
}

/// <summary>The product replaces what was there.</summary>
internal readonly unsafe struct Overwrite : ITarget
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Start<TSimd, TVector>(float* origin, float* scale, float* shift)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector End<TSimd, TVector>(TVector sum)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => sum;
}

/// <summary>The product is added to what was there.</summary>
internal readonly unsafe struct Accumulate : ITarget
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Start<TSimd, TVector>(float* origin, float* scale, float* shift)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.Load(origin);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector End<TSimd, TVector>(TVector sum)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => sum;
}

/// <summary>ReLU of the product replaces what was there.</summary>
internal readonly unsafe struct Rectified : ITarget
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Start<TSimd, TVector>(float* origin, float* scale, float* shift)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector End<TSimd, TVector>(TVector sum)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.Rectify(sum);
}

/// <summary>The product is added to a row times its scale.</summary>
internal readonly unsafe struct Scaled : ITarget
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Start<TSimd, TVector>(float* origin, float* scale, float* shift)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.Multiply(TSimd.Broadcast(*scale), TSimd.Load(origin));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector End<TSimd, TVector>(TVector sum)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => sum;
}

/// <summary>The product is added to a row times its scale plus its shift.</summary>
internal readonly unsafe struct Shifted : ITarget
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Start<TSimd, TVector>(float* origin, float* scale, float* shift)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.MultiplyAdd(TSimd.Broadcast(*scale), TSimd.Load(origin), TSimd.Broadcast(*shift));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector End<TSimd, TVector>(TVector sum)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => sum;
}

/// <summary>Products on tiles. Strides are in floats; every row of pixels is 64 long.</summary>
internal static unsafe class Tile<TSimd, TVector>
    where TSimd : ISimd<TVector>
    where TVector : unmanaged
{
    private const int Width = PixelBlocks.Width;

    /// <summary>target[row] = sum over step of weights[row, step] * source[step], for 64 pixels.</summary>
    internal static void Multiply<TTarget>(
        int rows, float* weights, nint weightRow, nint weightStep, float* source, nint sourceStep, int steps, float* target, nint targetRow)
        where TTarget : ITarget =>
        Multiply<TTarget>(rows, weights, weightRow, weightStep, source, sourceStep, steps, target, targetRow, target, targetRow, weights, weights);

    /// <summary>The same, its sums starting from origin[row] with scale[row] and shift[row], as the target says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply<TTarget>(
        int rows, float* weights, nint weightRow, nint weightStep, float* source, nint sourceStep, int steps, float* target, nint targetRow,
        float* origin, nint originRow, float* scale, float* shift)
        where TTarget : ITarget
    {
        var row = 0;
        for (; row + 4 <= rows; row += 4)
        {
            FourRows<TTarget>(
                weights + (row * weightRow), weightRow, weightStep, source, sourceStep, steps,
                target + (row * targetRow), targetRow, origin + (row * originRow), originRow, scale + row, shift + row);
        }
        for (; row < rows; row++)
        {
            OneRow<TTarget>(
                weights + (row * weightRow), weightStep, source, sourceStep, steps,
                target + (row * targetRow), origin + (row * originRow), scale + row, shift + row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows<TTarget>(
        float* weights, nint weightRow, nint weightStep, float* source, nint sourceStep, int steps, float* target, nint targetRow,
        float* origin, nint originRow, float* scale, float* shift)
        where TTarget : ITarget
    {
        nint lanes = TSimd.Lanes;
        var (w1, w2, w3) = (weightRow, 2 * weightRow, 3 * weightRow);
        for (nint pixel = 0; pixel < Width; pixel += 4 * lanes)
        {
            float* o0 = origin + pixel, o1 = o0 + originRow, o2 = o1 + originRow, o3 = o2 + originRow;
            var s00 = TTarget.Start<TSimd, TVector>(o0, scale, shift);
            var s01 = TTarget.Start<TSimd, TVector>(o0 + lanes, scale, shift);
            var s02 = TTarget.Start<TSimd, TVector>(o0 + (2 * lanes), scale, shift);
            var s03 = TTarget.Start<TSimd, TVector>(o0 + (3 * lanes), scale, shift);
            var s10 = TTarget.Start<TSimd, TVector>(o1, scale + 1, shift + 1);
            var s11 = TTarget.Start<TSimd, TVector>(o1 + lanes, scale + 1, shift + 1);
            var s12 = TTarget.Start<TSimd, TVector>(o1 + (2 * lanes), scale + 1, shift + 1);
            var s13 = TTarget.Start<TSimd, TVector>(o1 + (3 * lanes), scale + 1, shift + 1);
            var s20 = TTarget.Start<TSimd, TVector>(o2, scale + 2, shift + 2);
            var s21 = TTarget.Start<TSimd, TVector>(o2 + lanes, scale + 2, shift + 2);
            var s22 = TTarget.Start<TSimd, TVector>(o2 + (2 * lanes), scale + 2, shift + 2);
            var s23 = TTarget.Start<TSimd, TVector>(o2 + (3 * lanes), scale + 2, shift + 2);
            var s30 = TTarget.Start<TSimd, TVector>(o3, scale + 3, shift + 3);
            var s31 = TTarget.Start<TSimd, TVector>(o3 + lanes, scale + 3, shift + 3);
            var s32 = TTarget.Start<TSimd, TVector>(o3 + (2 * lanes), scale + 3, shift + 3);
            var s33 = TTarget.Start<TSimd, TVector>(o3 + (3 * lanes), scale + 3, shift + 3);
            var from = source + pixel;
            var weight = weights;
            for (var step = 0; step < steps; step++)
            {
                TVector x0 = TSimd.Load(from), x1 = TSimd.Load(from + lanes);
                TVector x2 = TSimd.Load(from + (2 * lanes)), x3 = TSimd.Load(from + (3 * lanes));
                var w = TSimd.Broadcast(weight[0]);
                s00 = TSimd.MultiplyAdd(w, x0, s00);
                s01 = TSimd.MultiplyAdd(w, x1, s01);
                s02 = TSimd.MultiplyAdd(w, x2, s02);
                s03 = TSimd.MultiplyAdd(w, x3, s03);
                w = TSimd.Broadcast(weight[w1]);
                s10 = TSimd.MultiplyAdd(w, x0, s10);
                s11 = TSimd.MultiplyAdd(w, x1, s11);
                s12 = TSimd.MultiplyAdd(w, x2, s12);
                s13 = TSimd.MultiplyAdd(w, x3, s13);
                w = TSimd.Broadcast(weight[w2]);
                s20 = TSimd.MultiplyAdd(w, x0, s20);
                s21 = TSimd.MultiplyAdd(w, x1, s21);
                s22 = TSimd.MultiplyAdd(w, x2, s22);
                s23 = TSimd.MultiplyAdd(w, x3, s23);
                w = TSimd.Broadcast(weight[w3]);
                s30 = TSimd.MultiplyAdd(w, x0, s30);
                s31 = TSimd.MultiplyAdd(w, x1, s31);
                s32 = TSimd.MultiplyAdd(w, x2, s32);
                s33 = TSimd.MultiplyAdd(w, x3, s33);
                from = from + sourceStep;
                weight = weight + weightStep;
            }
            float* t0 = target + pixel, t1 = t0 + targetRow, t2 = t1 + targetRow, t3 = t2 + targetRow;
            Put<TTarget>(t0, s00, s01, s02, s03);
            Put<TTarget>(t1, s10, s11, s12, s13);
            Put<TTarget>(t2, s20, s21, s22, s23);
            Put<TTarget>(t3, s30, s31, s32, s33);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow<TTarget>(float* weights, nint weightStep, float* source, nint sourceStep, int steps, float* target, float* origin, float* scale, float* shift)
        where TTarget : ITarget
    {
        nint lanes = TSimd.Lanes;
        for (nint pixel = 0; pixel < Width; pixel += 4 * lanes)
        {
            var to = target + pixel;
            var start = origin + pixel;
            var s0 = TTarget.Start<TSimd, TVector>(start, scale, shift);
            var s1 = TTarget.Start<TSimd, TVector>(start + lanes, scale, shift);
            var s2 = TTarget.Start<TSimd, TVector>(start + (2 * lanes), scale, shift);
            var s3 = TTarget.Start<TSimd, TVector>(start + (3 * lanes), scale, shift);
            var from = source + pixel;
            var weight = weights;
            for (var step = 0; step < steps; step++)
            {
                var w = TSimd.Broadcast(*weight);
                s0 = TSimd.MultiplyAdd(w, TSimd.Load(from), s0);
                s1 = TSimd.MultiplyAdd(w, TSimd.Load(from + lanes), s1);
                s2 = TSimd.MultiplyAdd(w, TSimd.Load(from + (2 * lanes)), s2);
                s3 = TSimd.MultiplyAdd(w, TSimd.Load(from + (3 * lanes)), s3);
                from = from + sourceStep;
                weight = weight + weightStep;
            }
            Put<TTarget>(to, s0, s1, s2, s3);
        }
    }

    /// <summary>target[row] = sum over step of weights[row, step] * source[places[step]...], for 64 pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyAt(
        int rows, float* weights, nint weightRow, float* source, ReadOnlySpan<int> places, float* target, nint targetRow)
    {
        var row = 0;
        for (; row + 4 <= rows; row += 4)
        {
            FourRowsAt(weights + (row * weightRow), weightRow, source, places, target + (row * targetRow), targetRow);
        }
        for (; row < rows; row++)
        {
            Sparse<Overwrite>(places, weights + (row * weightRow), source, 1, target + (row * targetRow));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRowsAt(float* weights, nint weightRow, float* source, ReadOnlySpan<int> places, float* target, nint targetRow)
    {
        nint lanes = TSimd.Lanes;
        var (w1, w2, w3) = (weightRow, 2 * weightRow, 3 * weightRow);
        for (nint pixel = 0; pixel < Width; pixel += 4 * lanes)
        {
            TVector s00 = TSimd.Zero, s01 = TSimd.Zero, s02 = TSimd.Zero, s03 = TSimd.Zero;
            TVector s10 = TSimd.Zero, s11 = TSimd.Zero, s12 = TSimd.Zero, s13 = TSimd.Zero;
            TVector s20 = TSimd.Zero, s21 = TSimd.Zero, s22 = TSimd.Zero, s23 = TSimd.Zero;
            TVector s30 = TSimd.Zero, s31 = TSimd.Zero, s32 = TSimd.Zero, s33 = TSimd.Zero;
            var weight = weights;
            foreach (var place in places)
            {
                var from = source + pixel + place;
                TVector x0 = TSimd.Load(from), x1 = TSimd.Load(from + lanes);
                TVector x2 = TSimd.Load(from + (2 * lanes)), x3 = TSimd.Load(from + (3 * lanes));
                var w = TSimd.Broadcast(weight[0]);
                s00 = TSimd.MultiplyAdd(w, x0, s00);
                s01 = TSimd.MultiplyAdd(w, x1, s01);
                s02 = TSimd.MultiplyAdd(w, x2, s02);
                s03 = TSimd.MultiplyAdd(w, x3, s03);
                w = TSimd.Broadcast(weight[w1]);
                s10 = TSimd.MultiplyAdd(w, x0, s10);
                s11 = TSimd.MultiplyAdd(w, x1, s11);
                s12 = TSimd.MultiplyAdd(w, x2, s12);
                s13 = TSimd.MultiplyAdd(w, x3, s13);
                w = TSimd.Broadcast(weight[w2]);
                s20 = TSimd.MultiplyAdd(w, x0, s20);
                s21 = TSimd.MultiplyAdd(w, x1, s21);
                s22 = TSimd.MultiplyAdd(w, x2, s22);
                s23 = TSimd.MultiplyAdd(w, x3, s23);
                w = TSimd.Broadcast(weight[w3]);
                s30 = TSimd.MultiplyAdd(w, x0, s30);
                s31 = TSimd.MultiplyAdd(w, x1, s31);
                s32 = TSimd.MultiplyAdd(w, x2, s32);
                s33 = TSimd.MultiplyAdd(w, x3, s33);
                weight++;
            }
            float* t0 = target + pixel, t1 = t0 + targetRow, t2 = t1 + targetRow, t3 = t2 + targetRow;
            Put<Overwrite>(t0, s00, s01, s02, s03);
            Put<Overwrite>(t1, s10, s11, s12, s13);
            Put<Overwrite>(t2, s20, s21, s22, s23);
            Put<Overwrite>(t3, s30, s31, s32, s33);
        }
    }

    /// <summary>target = sum over the listed sources of weight * source: a row of gates with its closed ones left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Sparse<TTarget>(ReadOnlySpan<int> sources, float* weights, float* source, nint sourceStep, float* target)
        where TTarget : ITarget
    {
        nint lanes = TSimd.Lanes;
        for (nint pixel = 0; pixel < Width; pixel += 4 * lanes)
        {
            var to = target + pixel;
            TVector s0 = TSimd.Zero, s1 = TSimd.Zero, s2 = TSimd.Zero, s3 = TSimd.Zero;
            for (var index = 0; index < sources.Length; index++)
            {
                var from = source + pixel + (sources[index] * sourceStep);
                var w = TSimd.Broadcast(weights[index]);
                s0 = TSimd.MultiplyAdd(w, TSimd.Load(from), s0);
                s1 = TSimd.MultiplyAdd(w, TSimd.Load(from + lanes), s1);
                s2 = TSimd.MultiplyAdd(w, TSimd.Load(from + (2 * lanes)), s2);
                s3 = TSimd.MultiplyAdd(w, TSimd.Load(from + (3 * lanes)), s3);
            }
            Put<TTarget>(to, s0, s1, s2, s3);
        }
    }

    /// <summary>target[row, column] += sum over length of a[row] * b[column].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Dot(
        int rows, float* a, nint aRow, int columns, float* b, nint bRow, int length, float* target, nint targetRow, nint targetColumn)
    {
        for (var row = 0; row < rows; row += 4)
        {
            for (var column = 0; column < columns; column += 4)
            {
                var from = a + (row * aRow);
                var with = b + (column * bRow);
                var to = target + (row * targetRow) + (column * targetColumn);
                if (row + 4 <= rows && column + 4 <= columns)
                {
                    DotFour(from, aRow, with, bRow, length, to, targetRow, targetColumn);
                    continue;
                }
                for (nint i = 0; i < Math.Min(4, rows - row); i++)
                {
                    for (nint j = 0; j < Math.Min(4, columns - column); j++)
                    {
                        to[(i * targetRow) + (j * targetColumn)] += DotOne(from + (i * aRow), with + (j * bRow), length);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DotFour(float* a, nint aRow, float* b, nint bRow, int length, float* target, nint targetRow, nint targetColumn)
    {
        nint lanes = TSimd.Lanes;
        TVector s00 = TSimd.Zero, s01 = TSimd.Zero, s02 = TSimd.Zero, s03 = TSimd.Zero;
        TVector s10 = TSimd.Zero, s11 = TSimd.Zero, s12 = TSimd.Zero, s13 = TSimd.Zero;
        TVector s20 = TSimd.Zero, s21 = TSimd.Zero, s22 = TSimd.Zero, s23 = TSimd.Zero;
        TVector s30 = TSimd.Zero, s31 = TSimd.Zero, s32 = TSimd.Zero, s33 = TSimd.Zero;
        float* a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow, b1 = b + bRow, b2 = b1 + bRow, b3 = b2 + bRow;
        for (nint pixel = 0; pixel < length; pixel += lanes)
        {
            TVector y0 = TSimd.Load(b + pixel), y1 = TSimd.Load(b1 + pixel), y2 = TSimd.Load(b2 + pixel), y3 = TSimd.Load(b3 + pixel);
            var x = TSimd.Load(a + pixel);
            s00 = TSimd.MultiplyAdd(x, y0, s00);
            s01 = TSimd.MultiplyAdd(x, y1, s01);
            s02 = TSimd.MultiplyAdd(x, y2, s02);
            s03 = TSimd.MultiplyAdd(x, y3, s03);
            x = TSimd.Load(a1 + pixel);
            s10 = TSimd.MultiplyAdd(x, y0, s10);
            s11 = TSimd.MultiplyAdd(x, y1, s11);
            s12 = TSimd.MultiplyAdd(x, y2, s12);
            s13 = TSimd.MultiplyAdd(x, y3, s13);
            x = TSimd.Load(a2 + pixel);
            s20 = TSimd.MultiplyAdd(x, y0, s20);
            s21 = TSimd.MultiplyAdd(x, y1, s21);
            s22 = TSimd.MultiplyAdd(x, y2, s22);
            s23 = TSimd.MultiplyAdd(x, y3, s23);
            x = TSimd.Load(a3 + pixel);
            s30 = TSimd.MultiplyAdd(x, y0, s30);
            s31 = TSimd.MultiplyAdd(x, y1, s31);
            s32 = TSimd.MultiplyAdd(x, y2, s32);
            s33 = TSimd.MultiplyAdd(x, y3, s33);
        }
        AddSums(target, targetColumn, s00, s01, s02, s03);
        AddSums(target + targetRow, targetColumn, s10, s11, s12, s13);
        AddSums(target + (2 * targetRow), targetColumn, s20, s21, s22, s23);
        AddSums(target + (3 * targetRow), targetColumn, s30, s31, s32, s33);
    }

    /// <summary>The sum over length of a * b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float DotOne(float* a, float* b, int length)
    {
        nint lanes = TSimd.Lanes;
        var sum = TSimd.Zero;
        for (nint pixel = 0; pixel < length; pixel += lanes)
        {
            sum = TSimd.MultiplyAdd(TSimd.Load(a + pixel), TSimd.Load(b + pixel), sum);
        }
        return TSimd.Sum(sum);
    }

    /// <summary>sums[row] += the sum of the row's 64 pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddRowSums(int rows, float* source, float* sums)
    {
        var row = 0;
        for (; row + 4 <= rows; row += 4)
        {
            var from = source + (row * Width);
            AddSums(sums + row, 1, Total(from), Total(from + Width), Total(from + (2 * Width)), Total(from + (3 * Width)));
        }
        for (; row < rows; row++)
        {
            sums[row] += TSimd.Sum(Total(source + (row * Width)));
        }
    }

    /// <summary>The sum of a row's 64 pixels.</summary>
    internal static float RowSum(float* source) => TSimd.Sum(Total(source));

    /// <summary>Asks for memory that will be read soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Prefetch(float* source, int length)
    {
        if (!Sse.IsSupported)
        {
            return;
        }
        for (var index = 0; index < length; index += 16)
        {
            Sse.Prefetch0(source + index);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Total(float* source)
    {
        nint lanes = TSimd.Lanes;
        var sum = TSimd.Load(source);
        for (nint pixel = lanes; pixel < Width; pixel += lanes)
        {
            sum = TSimd.Add(sum, TSimd.Load(source + pixel));
        }
        return sum;
    }

    /// <summary>target = a * x + b * y + shift, for 64 pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Blend(float a, float* x, float b, float* y, float shift, float* target)
    {
        nint lanes = TSimd.Lanes;
        TVector first = TSimd.Broadcast(a), second = TSimd.Broadcast(b), offset = TSimd.Broadcast(shift);
        for (nint pixel = 0; pixel < Width; pixel += lanes)
        {
            var sum = TSimd.MultiplyAdd(second, TSimd.Load(y + pixel), offset);
            TSimd.Store(target + pixel, TSimd.MultiplyAdd(first, TSimd.Load(x + pixel), sum));
        }
    }

    /// <summary>target = gradient where the ReLU's output is above 0, else 0, for length values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unrectify(float* gradient, float* output, int length, float* target)
    {
        nint lanes = TSimd.Lanes;
        for (nint pixel = 0; pixel < length; pixel += lanes)
        {
            TSimd.Store(target + pixel, TSimd.KeepWherePositive(TSimd.Load(gradient + pixel), TSimd.Load(output + pixel)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TTarget>(float* target, TVector s0, TVector s1, TVector s2, TVector s3)
        where TTarget : ITarget
    {
        nint lanes = TSimd.Lanes;
        TSimd.Store(target, TTarget.End<TSimd, TVector>(s0));
        TSimd.Store(target + lanes, TTarget.End<TSimd, TVector>(s1));
        TSimd.Store(target + (2 * lanes), TTarget.End<TSimd, TVector>(s2));
        TSimd.Store(target + (3 * lanes), TTarget.End<TSimd, TVector>(s3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSums(float* target, nint column, TVector s0, TVector s1, TVector s2, TVector s3)
    {
        var sums = TSimd.Sum(s0, s1, s2, s3);
        if (column == 1)
        {
            (Vector128.Load(target) + sums).Store(target);
            return;
        }
        target[0] += sums[0];
        target[column] += sums[1];
        target[2 * column] += sums[2];
        target[3 * column] += sums[3];
    }
}

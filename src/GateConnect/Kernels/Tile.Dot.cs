// Sums over pixels: gradients of weights and gates are dot products of rows of pixels.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GateConnect.Kernels;

internal static unsafe partial class Tile<TSimd, TVector>
{
    /// <summary>Adds sums over pixels to all targets.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Dot(in Dots dots)
    {
        int rows = dots.Rows, columns = dots.Columns, length = dots.Length;
        nint aRow = dots.ARow, bRow = dots.BRow, targetRow = dots.TargetRow, targetColumn = dots.TargetColumn;
        float* a = dots.A, b = dots.B, target = dots.Target;
        for (var item = 0; item < dots.Count; item++, a += dots.AItem, b += dots.BItem, target += dots.TargetItem)
        {
            for (var row = 0; row < rows; row += 4)
            {
                for (var column = 0; column < columns; column += 4)
                {
                    var from = a + (row * aRow);
                    var with = b + (column * bRow);
                    var to = target + (row * targetRow) + (column * targetColumn);
                    if (row + 4 > rows || column + 4 > columns)
                    {
                        DotSome(Math.Min(4, rows - row), from, aRow, Math.Min(4, columns - column), with, bRow, length, to, targetRow, targetColumn);
                    }
                    else
                    {
                        DotTwoByFour(from, aRow, with, bRow, length, to, targetRow, targetColumn);
                        DotTwoByFour(from + (2 * aRow), aRow, with, bRow, length, to + (2 * targetRow), targetRow, targetColumn);
                    }
                }
            }
        }
    }

    private static void DotSome(
        int rows, float* a, nint aRow, int columns, float* b, nint bRow, int length, float* target, nint targetRow, nint targetColumn)
    {
        for (nint row = 0; row < rows; row++)
        {
            for (nint column = 0; column < columns; column++)
            {
                target[(row * targetRow) + (column * targetColumn)] += DotOne(a + (row * aRow), b + (column * bRow), length);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DotTwoByFour(float* a, nint aRow, float* b, nint bRow, int length, float* target, nint targetRow, nint targetColumn)
    {
        nint lanes = TSimd.Lanes;
        TVector s00 = TSimd.Zero, s01 = TSimd.Zero, s02 = TSimd.Zero, s03 = TSimd.Zero;
        TVector s10 = TSimd.Zero, s11 = TSimd.Zero, s12 = TSimd.Zero, s13 = TSimd.Zero;
        float* a1 = a + aRow, b1 = b + bRow, b2 = b1 + bRow, b3 = b2 + bRow;
        for (nint pixel = 0; pixel < length; pixel += 2 * lanes)
        {
            // Rows lie a multiple of a cache line apart: loads from one row, not from several, use different banks of the cache.
            TVector x0 = TSimd.Load(a + pixel), z0 = TSimd.Load(a + pixel + lanes);
            TVector x1 = TSimd.Load(a1 + pixel), z1 = TSimd.Load(a1 + pixel + lanes);
            TVector y = TSimd.Load(b + pixel), z = TSimd.Load(b + pixel + lanes);
            s00 = TSimd.MultiplyAdd(z0, z, TSimd.MultiplyAdd(x0, y, s00));
            s10 = TSimd.MultiplyAdd(z1, z, TSimd.MultiplyAdd(x1, y, s10));
            (y, z) = (TSimd.Load(b1 + pixel), TSimd.Load(b1 + pixel + lanes));
            s01 = TSimd.MultiplyAdd(z0, z, TSimd.MultiplyAdd(x0, y, s01));
            s11 = TSimd.MultiplyAdd(z1, z, TSimd.MultiplyAdd(x1, y, s11));
            (y, z) = (TSimd.Load(b2 + pixel), TSimd.Load(b2 + pixel + lanes));
            s02 = TSimd.MultiplyAdd(z0, z, TSimd.MultiplyAdd(x0, y, s02));
            s12 = TSimd.MultiplyAdd(z1, z, TSimd.MultiplyAdd(x1, y, s12));
            (y, z) = (TSimd.Load(b3 + pixel), TSimd.Load(b3 + pixel + lanes));
            s03 = TSimd.MultiplyAdd(z0, z, TSimd.MultiplyAdd(x0, y, s03));
            s13 = TSimd.MultiplyAdd(z1, z, TSimd.MultiplyAdd(x1, y, s13));
        }
        AddSums(target, targetColumn, s00, s01, s02, s03);
        AddSums(target + targetRow, targetColumn, s10, s11, s12, s13);
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

    /// <summary>sums[row] += the sum of the row's 64 pixels, for some sets of rows that stand together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddRowSums(int rows, float* source, float* sums, int sets = 1, nint sumSet = 0)
    {
        for (var set = 0; set < sets; set++, sums += sumSet)
        {
            var row = 0;
            for (; row + 4 <= rows; row += 4, source += 4 * Width)
            {
                AddSums(sums + row, 1, Total(source), Total(source + Width), Total(source + (2 * Width)), Total(source + (3 * Width)));
            }
            for (; row < rows; row++, source += Width)
            {
                sums[row] += TSimd.Sum(Total(source));
            }
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

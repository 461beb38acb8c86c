// What is done to tiles besides products.
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

internal static unsafe partial class Tile<TSimd, TVector>
{
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

    /// <summary>Adds 64 pixels and their squares to sums and to squares, a register each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddMoments(float* source, float* sums, float* squares)
    {
        nint lanes = TSimd.Lanes;
        TVector sum = TSimd.Load(sums), square = TSimd.Load(squares);
        for (nint pixel = 0; pixel < Width; pixel += lanes)
        {
            var value = TSimd.Load(source + pixel);
            sum = TSimd.Add(sum, value);
            square = TSimd.MultiplyAdd(value, value, square);
        }
        TSimd.Store(sums, sum);
        TSimd.Store(squares, square);
    }

    /// <summary>The sum of a register's values in memory; they become zero.</summary>
    internal static float TakeSum(float* register)
    {
        var sum = TSimd.Sum(TSimd.Load(register));
        TSimd.Store(register, TSimd.Zero);
        return sum;
    }

    /// <summary>Rows of 64 pixels become ReLU(row + shift[row]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rectify(int rows, float* tile, float* shift)
    {
        for (var row = 0; row < rows; row++, tile += Width)
        {
            var offset = TSimd.Broadcast(shift[row]);
            for (nint pixel = 0; pixel < Width; pixel += TSimd.Lanes)
            {
                TSimd.Store(tile + pixel, TSimd.Rectify(TSimd.Add(TSimd.Load(tile + pixel), offset)));
            }
        }
    }

    /// <summary>target = the sum of rows of a length, a stride apart that is that length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddRows(int rows, float* source, int length, float* target)
    {
        nint lanes = TSimd.Lanes;
        for (nint pixel = 0; pixel < length; pixel += lanes)
        {
            var sum = TSimd.Load(source + pixel);
            for (nint row = 1; row < rows; row++)
            {
                sum = TSimd.Add(sum, TSimd.Load(source + (row * length) + pixel));
            }
            TSimd.Store(target + pixel, sum);
        }
    }

    /// <summary>Copies a line past the caches, to memory that nobody reads soon; the line's start is one of a cache line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Stream(float* source, int length, float* target)
    {
        nint lanes = TSimd.Lanes;
        for (nint pixel = 0; pixel < length; pixel += 2 * lanes)
        {
            TSimd.Stream(target + pixel, TSimd.Load(source + pixel));
            TSimd.Stream(target + pixel + lanes, TSimd.Load(source + pixel + lanes));
        }
    }
}

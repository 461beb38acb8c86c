// Copies of rows of pixels: whole ones, and every second pixel, which is what stride 2 is made of.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GateConnect.Kernels;

/// <summary>Ways of moving a row.</summary>
internal static unsafe class PixelRows
{
    /// <summary>Numbers that <see cref="Evens"/> and <see cref="Spread"/> move at once.</summary>
    internal const int Run = 8;

    // Floats of a line of the caches.
    private const int CacheLine = 16;

    internal static bool IsSupported => Avx2.IsSupported;

    /// <summary>Numbers 0, 2, ... 14 of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Evens(float* row) => InOrder(Avx.Shuffle(Vector256.Load(row), Vector256.Load(row + Run), 0x88));

    /// <summary>The way back: to numbers 0, 2, ... 14; the others become zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Spread(Vector256<float> values, float* row)
    {
        var spread = InOrder(values);                                                   // 0 1 4 5 | 2 3 6 7
        Avx.UnpackLow(spread, Vector256<float>.Zero).Store(row);                        // 0 . 1 . | 2 . 3 .
        Avx.UnpackHigh(spread, Vector256<float>.Zero).Store(row + Run);                 // 4 . 5 . | 6 . 7 .
    }

    /// <summary>evens = row[0], row[2], ... and odds = row[1], row[3], ...</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Split(float* row, int length, float* evens, float* odds)
    {
        var place = 0;
        for (; IsSupported && place + (2 * Run) <= length; place += 2 * Run)
        {
            Vector256<float> low = Vector256.Load(row + place), high = Vector256.Load(row + place + Run);
            InOrder(Avx.Shuffle(low, high, 0x88)).Store(evens + (place / 2));           // 0 2 8 10 | 4 6 12 14, in order
            InOrder(Avx.Shuffle(low, high, 0xDD)).Store(odds + (place / 2));
        }
        for (; place < length; place++)
        {
            (place % 2 == 0 ? evens : odds)[place / 2] = row[place];
        }
    }

    /// <summary>The way back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Join(float* evens, float* odds, int length, float* row)
    {
        var place = 0;
        for (; IsSupported && place + (2 * Run) <= length; place += 2 * Run)
        {
            Vector256<float> even = InOrder(Vector256.Load(evens + (place / 2))), odd = InOrder(Vector256.Load(odds + (place / 2)));
            Avx.UnpackLow(even, odd).Store(row + place);
            Avx.UnpackHigh(even, odd).Store(row + place + Run);
        }
        for (; place < length; place++)
        {
            row[place] = (place % 2 == 0 ? evens : odds)[place / 2];
        }
    }

    /// <summary>Asks for a row that will be read soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Prefetch(float* row, int length)
    {
        for (var place = 0; Sse.IsSupported && place < length; place += CacheLine)
        {
            Sse.Prefetch1(row + place);
        }
    }

    /// <summary>Copies a row: calling a copy routine would take longer than the copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Copy(float* row, int length, float* target)
    {
        var place = 0;
        for (; place + Vector256<float>.Count <= length; place += Vector256<float>.Count)
        {
            Vector256.Load(row + place).Store(target + place);
        }
        for (; place < length; place++)
        {
            target[place] = row[place];
        }
    }

    // The middle two quarters change places.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> InOrder(Vector256<float> values) => Avx2.Permute4x64(values.AsDouble(), 0xD8).AsSingle();
}

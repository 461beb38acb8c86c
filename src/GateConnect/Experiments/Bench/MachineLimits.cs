// What this machine can do at most: float32 multiply-adds with everything in registers, and bytes streamed from
// memory. Fractions in the tables are of these two measured numbers, never of a data sheet's.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GateConnect.Experiments.Bench;

/// <summary>The measured limits of a machine.</summary>
/// <param name="GigaflopsPerSecond">Float32 operations in fused multiply-adds (two each), all threads together, in 10^9 a second.</param>
/// <param name="GigabytesPerSecond">Memory traffic of all threads, in 10^9 bytes a second: the better of reading and copying.</param>
public sealed record MachineLimits(double GigaflopsPerSecond, double GigabytesPerSecond)
{
    private const int Trials = 12;
    private const int MemoryTrials = 6;
    private const long Rounds = 1 << 20;
    private const long StreamBytes = 512L << 20;

    /// <summary>Measures both; takes about two seconds and, for that time, 1 GB (an eighth of the memory, if that is less).</summary>
    /// <param name="threads">How many threads work at once.</param>
    public static MachineLimits Measure(int threads) => Measure(threads, StreamBytes);

    internal static MachineLimits Measure(int threads, long streamBytes) => new(MeasureGigaflops(threads), MeasureGigabytes(threads, streamBytes));

    private static double MeasureGigaflops(int threads)
    {
        var operations = 2.0 * threads * Rounds * (Vector512.IsHardwareAccelerated ? 16 * Vector512<float>.Count : 12 * Vector256<float>.Count);
        return Best(threads, Trials, _ => Vector512.IsHardwareAccelerated ? Chains512(Rounds) : Chains256(Rounds), operations) / 1e9;
    }

    private static double MeasureGigabytes(int threads, long streamBytes)
    {
        var bytes = Math.Min(streamBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16);
        var length = (int)Math.Min(Array.MaxLength, bytes / threads / sizeof(float));
        var sources = Enumerable.Range(0, threads).Select(_ => GC.AllocateUninitializedArray<float>(length)).ToArray();
        var targets = Enumerable.Range(0, threads).Select(_ => GC.AllocateUninitializedArray<float>(length)).ToArray();
        Best(threads, 1, thread => Touch(sources[thread], targets[thread]), 1);
        var moved = (double)threads * length * sizeof(float);
        var read = Best(threads, MemoryTrials, thread => Sum(sources[thread]), moved);
        var copied = Best(threads, MemoryTrials, thread => Copy(sources[thread], targets[thread]), 2 * moved);
        return Math.Max(read, copied) / 1e9;
    }

    // The highest rate over some trials: a limit is what the machine reached when nothing disturbed it.
    private static double Best(int threads, int trials, Func<int, float> work, double amount) =>
        Enumerable.Range(0, trials).Max(_ => amount / TogetherSeconds(threads, work));

    private static double TogetherSeconds(int threads, Func<int, float> work)
    {
        using var start = new Barrier(threads);
        var (began, ended, results) = (new long[threads], new long[threads], new float[threads]);
        var workers = Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            start.SignalAndWait();
            began[thread] = Stopwatch.GetTimestamp();
            results[thread] = work(thread); // stored, so that the work cannot be left out
            ended[thread] = Stopwatch.GetTimestamp();
        })).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        return Stopwatch.GetElapsedTime(began.Min(), ended.Max()).TotalSeconds;
    }

    // 16 independent chains: two multiply-adds a cycle of four cycles' latency need eight, the registers hold 32.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chains512(long rounds)
    {
        var (factor, term) = (Vector512.Create(0.999f), Vector512.Create(0.001f));
        Vector512<float> a = term, b = term, c = term, d = term, e = term, f = term, g = term, h = term;
        Vector512<float> i = term, j = term, k = term, l = term, m = term, n = term, o = term, p = term;
        for (long round = 0; round < rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, factor, term);
            b = Vector512.FusedMultiplyAdd(b, factor, term);
            c = Vector512.FusedMultiplyAdd(c, factor, term);
            d = Vector512.FusedMultiplyAdd(d, factor, term);
            e = Vector512.FusedMultiplyAdd(e, factor, term);
            f = Vector512.FusedMultiplyAdd(f, factor, term);
            g = Vector512.FusedMultiplyAdd(g, factor, term);
            h = Vector512.FusedMultiplyAdd(h, factor, term);
            i = Vector512.FusedMultiplyAdd(i, factor, term);
            j = Vector512.FusedMultiplyAdd(j, factor, term);
            k = Vector512.FusedMultiplyAdd(k, factor, term);
            l = Vector512.FusedMultiplyAdd(l, factor, term);
            m = Vector512.FusedMultiplyAdd(m, factor, term);
            n = Vector512.FusedMultiplyAdd(n, factor, term);
            o = Vector512.FusedMultiplyAdd(o, factor, term);
            p = Vector512.FusedMultiplyAdd(p, factor, term);
        }
        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p);
    }

    // 12 chains: with factor and term they fill 14 of the 16 registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chains256(long rounds)
    {
        var (factor, term) = (Vector256.Create(0.999f), Vector256.Create(0.001f));
        Vector256<float> a = term, b = term, c = term, d = term, e = term, f = term;
        Vector256<float> g = term, h = term, i = term, j = term, k = term, l = term;
        for (long round = 0; round < rounds; round++)
        {
            a = Vector256.FusedMultiplyAdd(a, factor, term);
            b = Vector256.FusedMultiplyAdd(b, factor, term);
            c = Vector256.FusedMultiplyAdd(c, factor, term);
            d = Vector256.FusedMultiplyAdd(d, factor, term);
            e = Vector256.FusedMultiplyAdd(e, factor, term);
            f = Vector256.FusedMultiplyAdd(f, factor, term);
            g = Vector256.FusedMultiplyAdd(g, factor, term);
            h = Vector256.FusedMultiplyAdd(h, factor, term);
            i = Vector256.FusedMultiplyAdd(i, factor, term);
            j = Vector256.FusedMultiplyAdd(j, factor, term);
            k = Vector256.FusedMultiplyAdd(k, factor, term);
            l = Vector256.FusedMultiplyAdd(l, factor, term);
        }
        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    // The first touch gives the pages to the thread that will use them.
    private static float Touch(float[] source, float[] target)
    {
        source.AsSpan().Fill(1f);
        target.AsSpan().Clear();
        return source[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(float[] source)
    {
        ref var first = ref MemoryMarshal.GetArrayDataReference(source);
        var step = (nuint)(4 * Vector256<float>.Count);
        Vector256<float> a = default, b = default, c = default, d = default;
        for (nuint at = 0; at + step <= (nuint)source.Length; at += step)
        {
            a += Vector256.LoadUnsafe(ref first, at);
            b += Vector256.LoadUnsafe(ref first, at + (step / 4));
            c += Vector256.LoadUnsafe(ref first, at + (step / 2));
            d += Vector256.LoadUnsafe(ref first, at + (step / 4 * 3));
        }
        return Vector256.Sum(a + b + c + d);
    }

    private static float Copy(float[] source, float[] target)
    {
        source.AsSpan().CopyTo(target);
        return target[^1];
    }
}

// The other end of WorkerProcess: one variant in a process of its own, because glibc's settings and the peak of
// resident memory belong to a process. It is told what to do line by line on its input and answers line by line.
//
//   time                    -> the layout it chose; from then on a number n -> the seconds of n steps
//   memory <layout>         -> the bytes by which the process grew over the state before its first step
using System.Globalization;
using GateConnect.Runtime;

namespace GateConnect.Experiments.Bench;

/// <summary>Serves one variant until its input ends.</summary>
public static class BenchWorker
{
    /// <summary>The environment variable that makes `bench` a worker: the variant's name.</summary>
    public const string Variable = "GATECONNECT_BENCH_WORKER";

    internal const string Time = "time";
    internal const string Memory = "memory";

    private const int MemorySteps = 2;

    /// <summary>Answers requests.</summary>
    /// <param name="options">What is measured; the same as the asking process has.</param>
    /// <param name="variant">The variant's name.</param>
    /// <param name="input">Requests.</param>
    /// <param name="output">Answers.</param>
    public static void Serve(BenchOptions options, string variant, TextReader input, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        TorchRuntime.SetThreads(options.Threads);
        var words = input.ReadLine()?.Split(' ') ?? [];
        switch (words)
        {
            case [Time]:
                ServeTimes(TrainingVariant.Named(variant), options, input, output);
                break;
            case [Memory, var layout]:
                Answer(output, $"{PeakGrowth(TrainingVariant.Named(variant), options, Enum.Parse<TensorLayout>(layout))}");
                break;
        }
    }

    private static void ServeTimes(TrainingVariant variant, BenchOptions options, TextReader input, TextWriter output)
    {
        using var step = variant.StartInBestLayout(options);
        Answer(output, $"{step.Layout}");
        while (input.ReadLine() is { } times)
        {
            Answer(output, $"{step.Seconds(int.Parse(times, CultureInfo.InvariantCulture)):R}");
        }
    }

    private static long PeakGrowth(TrainingVariant variant, BenchOptions options, TensorLayout layout)
    {
        using var step = variant.Start(options, layout);
        ForgetPeak();
        var before = ProcessMemory.CurrentBytes();
        step.Seconds(MemorySteps);
        return ProcessMemory.PeakBytes() - before;
    }

    // The kernel then counts VmHWM from what is resident now. Where it refuses, the peak of start-up counts too.
    private static void ForgetPeak()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    private static void Answer(TextWriter output, FormattableString line)
    {
        output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
        output.Flush();
    }
}

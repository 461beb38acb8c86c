// What a measurement will take, told before it begins: time from rates known of another machine, scaled by the limits
// of this one, and memory from the activations of a step. An estimate, for patience only.
using GateConnect.Architecture;
using GateConnect.Data;

namespace GateConnect.Experiments.Bench;

/// <summary>Time and memory that the bench needs.</summary>
internal static class BenchForecast
{
    /// <summary>
    /// Resident at once over the activations that ours must keep: the obvious network in this process, whose memory the
    /// others use in turn, and the obvious network in another. Measured: 5.4 and 5.7.
    /// </summary>
    internal const long ResidentPerKept = 11;

    /// <summary>Two processes with libtorch, and what the limits are measured with.</summary>
    internal const long FixedBytes = 1L << 30;

    private const double ProcessSeconds = 2.5;
    private const double LimitsSeconds = 2;
    private const int ProbeSteps = 6;
    private const int ProbeBatch = 32;
    private const int WarmSteps = 2;
    private const int MemorySteps = 2;

    // Images a second of {20,4,8}, 32x32, on one thread of 165 GFLOP/s and 25 GB/s.
    private static readonly (string Name, double Rate)[] Known = [("obvious", 22), ("obvious-kept", 31), ("resnext", 138), ("reference", 60), ("fast", 138)];

    /// <summary>Seconds that are left once the limits are known.</summary>
    internal static double Seconds(BenchOptions options, MachineLimits limits)
    {
        var perImage = Work(options) / Math.Min(limits.GigaflopsPerSecond / 165, limits.GigabytesPerSecond / 25);
        var seconds = LimitsSeconds;
        if (options.Parts != BenchParts.Inference)
        {
            seconds += TrainingVariant.All.Sum(variant => TrainingSeconds(variant, options, perImage / Known.First(row => row.Name == variant.Name).Rate));
        }
        if (options.Parts != BenchParts.Training)
        {
            var forward = perImage / Known.First(row => row.Name == "reference").Rate / 3;
            seconds += 2 * (WarmSteps + options.Repeats) * (options.TurnSeconds + Math.Max(options.TurnSeconds, forward * options.BatchSize));
        }
        return seconds;
    }

    private static double TrainingSeconds(TrainingVariant variant, BenchOptions options, double perImage)
    {
        var step = perImage * options.BatchSize;
        var probes = variant.Layouts.Count == 1 ? 0 : ProbeSteps * perImage * Math.Min(ProbeBatch, options.BatchSize);
        return ProcessSeconds + probes + ((MemorySteps + WarmSteps) * step) + (options.Repeats * Math.Max(options.TurnSeconds, step));
    }

    // How much more work an image is than one of {20,4,8} at 32x32: by memory or by arithmetic, whichever is more.
    private static double Work(BenchOptions options)
    {
        var known = CostModel.Of(NetworkBlueprint.Create(new NetworkSize(20, 4, 8), new ImageShape(3, 32, 32), 10), NetworkForm.Branches);
        var cost = CostModel.Of(options.Blueprint(), NetworkForm.Branches);
        return Math.Max(cost.ActivationBytes / (double)known.ActivationBytes, cost.MultiplyAdds / (double)known.MultiplyAdds);
    }
}

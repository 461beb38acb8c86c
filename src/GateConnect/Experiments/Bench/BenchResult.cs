// What was measured, and the ratios that follow from it. Immutable; tables and JSON only read it.
using GateConnect.Architecture;
using GateConnect.Runtime;

namespace GateConnect.Experiments.Bench;

/// <summary>Images per second over the rounds.</summary>
/// <param name="Median">Of all rounds.</param>
/// <param name="Least">The slowest round.</param>
/// <param name="Most">The fastest round.</param>
public readonly record struct Throughput(double Median, double Least, double Most)
{
    internal static Throughput Of(IEnumerable<double> secondsPerBatch, int batchSize)
    {
        var rates = secondsPerBatch.Select(seconds => batchSize / seconds).Order().ToArray();
        var middle = rates.Length / 2;
        return new Throughput(rates.Length % 2 == 1 ? rates[middle] : (rates[middle - 1] + rates[middle]) / 2, rates[0], rates[^1]);
    }
}

/// <summary>A row of the training table.</summary>
/// <param name="Name">obvious, obvious-kept, resnext, reference or fast.</param>
/// <param name="ImagesPerSecond">Of whole steps.</param>
/// <param name="Cost">What the cost model counts for this form.</param>
/// <param name="Layout">nchw or channels-last.</param>
/// <param name="Allocator">kept or stock.</param>
/// <param name="PeakBytes">Growth of a process of its own over its state before the first step; null where not measured.</param>
public sealed record TrainingRow(
    string Name, Throughput ImagesPerSecond, NetworkCost Cost, string Layout, string Allocator, long? PeakBytes)
{
    // Forward one multiply-add, backward two: one for the inputs' gradient, one for the weights'.
    private const int TrainingPerForward = 3;

    // Each kept activation: written and read forward, read again backward, its gradient written and read.
    private const int TripsPerActivation = 5;

    /// <summary>10^9 float32 operations a second: multiply-adds x 2 x 3 x images a second.</summary>
    public double GigaflopsPerSecond => ImagesPerSecond.Median * Cost.MultiplyAdds * 2 * TrainingPerForward / 1e9;

    /// <summary>10^9 bytes a second that have to move: kept activations x 5 x images a second.</summary>
    public double GigabytesPerSecond => ImagesPerSecond.Median * Cost.ActivationBytes * TripsPerActivation / 1e9;
}

/// <summary>A row of the inference table.</summary>
/// <param name="Name">masked, pruned, masked-folded, folded or onnx.</param>
/// <param name="BatchSize">Images per pass.</param>
/// <param name="ImagesPerSecond">Of whole passes.</param>
/// <param name="MultiplyAdds">Per image.</param>
public sealed record InferenceRow(string Name, int BatchSize, Throughput ImagesPerSecond, long MultiplyAdds)
{
    /// <summary>10^9 float32 operations a second.</summary>
    public double GigaflopsPerSecond => ImagesPerSecond.Median * MultiplyAdds * 2 / 1e9;
}

/// <summary>Everything that one call of the bench found.</summary>
/// <param name="Options">What was asked.</param>
/// <param name="Machine">Where.</param>
/// <param name="Limits">What the machine can do at most with these threads.</param>
/// <param name="Training">Empty where only inference was asked for.</param>
/// <param name="Inference">Empty where only training was asked for.</param>
public sealed record BenchResult(
    BenchOptions Options, MachineFacts Machine, MachineLimits Limits, IReadOnlyList<TrainingRow> Training, IReadOnlyList<InferenceRow> Inference)
{
    // {20,4,8} at 32x32, one thread: measured where one thread reached these limits.
    private const double KnownRate = 138;
    private const double KnownGigaflops = 165;
    private const double KnownGigabytes = 25;
    private const double RequiredShare = 0.9;
    private const int KnownImageSize = 32;

    /// <summary>
    /// What a plain ResNeXt should reach here, in images a second: 138, known from a machine of 165 GFLOP/s and
    /// 25 GB/s, times the lesser of the two ratios of limits. Null for other networks or image sizes than {20,4,8}, 32x32.
    /// </summary>
    public double? ExpectedResNeXt => Options.Size == new NetworkSize(20, 4, 8) && Options.Blueprint().Image.Height == KnownImageSize
        ? KnownRate * Math.Min(Limits.GigaflopsPerSecond / KnownGigaflops, Limits.GigabytesPerSecond / KnownGigabytes)
        : null;

    /// <summary>Whether the plain ResNeXt reached 90 % of that, so that it is a fair rival; null where either is unknown.</summary>
    public bool? IsResNeXtFair => ExpectedResNeXt is { } expected && Row("resnext") is { } row
        ? row.ImagesPerSecond.Median >= RequiredShare * expected
        : null;

    /// <summary>The training row of this name, or null.</summary>
    public TrainingRow? Row(string name) => Training.FirstOrDefault(row => row.Name == name);

    /// <summary>How many times as fast a row is as the one named; null where there is none.</summary>
    public double? Ratio(TrainingRow row, string to) => Row(to) is { } other ? row.ImagesPerSecond.Median / other.ImagesPerSecond.Median : null;

    /// <summary>Peak growth over the activations that backward must keep for the batch; null where not measured.</summary>
    public double? PeakToKept(TrainingRow row) => row.PeakBytes / (double)(row.Cost.ActivationBytes * Options.BatchSize);

    /// <summary>Multiply-adds of an inference row relative to the masked network's.</summary>
    public double MultiplyAddsToMasked(InferenceRow row) => row.MultiplyAdds / (double)Inference.First(other => other.Name == "masked").MultiplyAdds;

    /// <summary>How many times as fast an inference row is as the masked network at the same batch size.</summary>
    public double RatioToMasked(InferenceRow row) =>
        row.ImagesPerSecond.Median / Inference.First(other => other.Name == "masked" && other.BatchSize == row.BatchSize).ImagesPerSecond.Median;
}

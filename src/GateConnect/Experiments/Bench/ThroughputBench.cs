// The throughput of this machine against the rivals: limits, training rounds, inference rounds.
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Reporting;
using GateConnect.Runtime;

namespace GateConnect.Experiments.Bench;

/// <summary>What surrounds a measurement.</summary>
/// <param name="Say">Told where it stands, a line at a time.</param>
/// <param name="Workers">
/// How to start a child process; null for none: then the variant <c>obvious</c> is timed in this process, under its
/// allocator, and peak memory is not measured.
/// </param>
public sealed record BenchHost(Action<string> Say, WorkerCommand? Workers);

/// <summary>Measures.</summary>
public sealed class ThroughputBench
{
    private readonly BenchOptions options;
    private readonly NetworkBlueprint blueprint;
    private readonly BenchHost host;
    private readonly CancellationToken cancel;

    private ThroughputBench(BenchOptions options, BenchHost host, CancellationToken cancel)
    {
        (this.options, this.host, this.cancel) = (options, host, cancel);
        blueprint = options.Blueprint();
    }

    /// <summary>Measures what the options ask for.</summary>
    /// <exception cref="ConfigurationException">The options are wrong, or the batch does not fit into memory.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two turns.</exception>
    public static BenchResult Run(BenchOptions options, BenchHost host, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(host);
        var mistakes = options.Mistakes().ToArray();
        if (mistakes.Length > 0)
        {
            throw new ConfigurationException(mistakes);
        }
        var bench = new ThroughputBench(options, host, cancel);
        bench.RequireMemory();
        return bench.Run(MachineLimits.Measure(options.Threads));
    }

    /// <summary>The same, under limits that are known; the options have been checked.</summary>
    internal static BenchResult Run(BenchOptions options, BenchHost host, MachineLimits limits) =>
        new ThroughputBench(options, host, CancellationToken.None).Run(limits);

    private BenchResult Run(MachineLimits limits)
    {
        TorchRuntime.SetThreads(options.Threads);
        Announce(limits);
        var training = options.Parts == BenchParts.Inference ? [] : Training();
        var inference = options.Parts == BenchParts.Training ? [] : Inference();
        return new BenchResult(options, MachineFacts.Read(), limits, training, inference);
    }

    private IReadOnlyList<TrainingRow> Training()
    {
        var variants = TrainingVariant.All;
        var contenders = new List<IContender>();
        try
        {
            host.Say("training: choosing layouts");
            contenders.AddRange(Start(variants));
            var peaks = variants.Select((variant, index) => Peak(variant, contenders[index].Layout)).ToList();
            var seconds = Rated("training", contenders);
            return [.. variants.Select((variant, index) => new TrainingRow(
                variant.Name,
                Throughput.Of(seconds[index], options.BatchSize),
                CostModel.Of(blueprint, variant.Form),
                contenders[index].Layout == TensorLayout.Planes ? "nchw" : "channels-last",
                host.Workers is null ? AllocatorHere : variant.Allocator,
                peaks[index]))];
        }
        finally
        {
            contenders.ForEach(contender => contender.Dispose());
        }
    }

    private IEnumerable<IContender> Start(IReadOnlyList<TrainingVariant> variants)
    {
        foreach (var variant in variants)
        {
            cancel.ThrowIfCancellationRequested();
            yield return IsElsewhere(variant) ? WorkerProcess.Timing(variant, host.Workers!) : variant.StartInBestLayout(options);
        }
    }

    private long? Peak(TrainingVariant variant, TensorLayout layout)
    {
        if (host.Workers is null)
        {
            return null;
        }
        cancel.ThrowIfCancellationRequested();
        host.Say($"training: peak memory of {variant.Name}, in a process of its own");
        return WorkerProcess.PeakBytes(variant, layout, host.Workers);
    }

    private IReadOnlyList<InferenceRow> Inference()
    {
        var variants = InferenceVariant.All(blueprint, options.UsedFanIn);
        int[] batches = [1, options.BatchSize];
        var pairs = batches.SelectMany(batch => variants.Select(variant => (Variant: variant, Batch: batch))).ToList();
        var contenders = new List<IContender>();
        try
        {
            contenders.AddRange(pairs.Select(pair =>
                new InferencePass(pair.Variant.Create(), new RandomBatch(blueprint, pair.Batch, TensorLayout.Planes))));
            var seconds = Rated("inference", contenders);
            return [.. pairs.Select((pair, index) => new InferenceRow(
                pair.Variant.Name, pair.Batch, Throughput.Of(seconds[index], pair.Batch), pair.Variant.MultiplyAdds))];
        }
        finally
        {
            contenders.ForEach(contender => contender.Dispose());
        }
    }

    private double[][] Rated(string part, IReadOnlyList<IContender> contenders)
    {
        host.Say($"{part}: warming up");
        var (times, seconds) = Rounds.Plan(contenders, options.TurnSeconds, cancel);
        host.Say(string.Create(CultureInfo.InvariantCulture, $"{part}: {options.Repeats} rounds of {seconds:0.0} s"));
        return Rounds.Measure(contenders, times, options.Repeats, round => host.Say($"{part}: round {round} of {options.Repeats}"), cancel);
    }

    private bool IsElsewhere(TrainingVariant variant) => host.Workers is not null && variant.Allocator != AllocatorHere;

    // This process's own setting holds for everything in it; `stock` makes all variants run under the stock one.
    private static string AllocatorHere =>
        Environment.GetEnvironmentVariable(Allocator.Variable) == "stock" ? "stock" : "kept";

    private void Announce(MachineLimits limits)
    {
        var seconds = BenchForecast.Seconds(options, limits);
        var threads = Invariant.Plural(options.Threads, "thread");
        var reached = string.Create(
            CultureInfo.InvariantCulture,
            $"{limits.GigaflopsPerSecond:0} GFLOP/s and {limits.GigabytesPerSecond:0.0} GB/s with {options.Threads} {threads}");
        host.Say(string.Create(CultureInfo.InvariantCulture, $"{reached}; takes about {seconds:0} s on an idle machine"));
    }

    private void RequireMemory()
    {
        var forecast = new MemoryForecast(
            BenchForecast.FixedBytes, BenchForecast.ResidentPerKept * CostModel.Of(blueprint, NetworkForm.Branches).ActivationBytes, WaitingBytesPerImage: 0);
        var (needed, available) = (forecast.BytesAt(new StepSize(options.BatchSize, Parts: 1)), MemoryForecast.AvailableBytes());
        if (needed > available)
        {
            throw new ConfigurationException("--batch-size: " + forecast.Refusal(options.BatchSize.ToString(CultureInfo.InvariantCulture), needed, available));
        }
    }
}

using GateConnect.Architecture;
using GateConnect.Cli;
using GateConnect.Experiments.Bench;
using GateConnect.Pruning;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Experiments.Bench;

public sealed class BenchTests
{
    private static readonly BenchOptions Tiny = new()
    {
        Size = new NetworkSize(11, 2, 2),
        ImageSize = 8,
        BatchSize = 2,
        Repeats = 1,
        Threads = 1,
        TurnSeconds = 0,
    };

    [Fact]
    public void The_json_names_every_variant_with_its_rate()
    {
        var said = new List<string>();
        var json = BenchDocument.Of(ThroughputBench.Run(Tiny, new BenchHost(said.Add, Workers: null), MachineLimits.Measure(threads: 1, streamBytes: 1 << 20)));

        string[] names = ["obvious", "obvious-kept", "resnext", "reference", "fast"];
        Assert.Equal(names, json["training"]!.AsArray().Select(row => row!["name"]!.GetValue<string>()));
        Assert.Equal(
            new[] { 1, 2 }.SelectMany(batch => new[] { "masked", "pruned", "masked-folded", "folded", "onnx" }.Select(name => (name, batch))),
            json["inference"]!.AsArray().Select(row => (row!["name"]!.GetValue<string>(), row["batchSize"]!.GetValue<int>())));
        Assert.All(
            json["training"]!.AsArray().Concat(json["inference"]!.AsArray()),
            row => Assert.InRange(row!["imagesPerSecond"]!.GetValue<double>(), 1e-3, 1e9));
        Assert.Equal(("11,2,2", 1), (json["network"]!.GetValue<string>(), json["fanIn"]!.GetValue<int>()));
        Assert.True(json["gigaflopsPerSecondLimit"]!.GetValue<double>() > 0 && json["gigabytesPerSecondLimit"]!.GetValue<double>() > 0);
        Assert.Contains(said, line => line.Contains("takes about", StringComparison.Ordinal));
    }

    [Fact]
    public void The_tables_are_golden() => Golden.Check("bench.txt", () => BenchTable.Write(Result(), new DateOnly(2026, 1, 31)));

    [Fact]
    public void Ratios_follow_from_the_medians()
    {
        var result = Result();
        Assert.Equal(2.75, result.Ratio(result.Row("reference")!, "obvious")!.Value, 12);
        Assert.Equal(1, result.Ratio(result.Row("obvious")!, "obvious"));
        Assert.Null(result.Ratio(result.Row("obvious")!, "fast"));
        // 69.9 M multiply-adds x 2 x 3 x 110 images.
        Assert.Equal(69_913_088L * 6 * 110 / 1e9, result.Row("reference")!.GigaflopsPerSecond, 6);
        Assert.Equal(138 * 2, result.ExpectedResNeXt!.Value, 9);
        Assert.True(result.IsResNeXtFair);
        Assert.Null((result with { Options = Tiny }).ExpectedResNeXt);
    }

    [Fact]
    public void The_median_is_of_rates_and_the_spread_covers_all_rounds()
    {
        Assert.Equal(new Throughput(20, 10, 40), Throughput.Of([0.25, 0.5, 1], 10));
        Assert.Equal(new Throughput(15, 10, 20), Throughput.Of([1, 0.5], 10));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void A_quarter_of_the_blocks_is_unread_in_the_inference_wiring_where_the_fan_in_allows(int fanIn)
    {
        var blueprint = new BenchOptions().Blueprint();
        var wiring = InferenceVariant.WiringWithUnreadBlocks(blueprint, fanIn);
        var plan = PrunePlan.From(blueprint, wiring);
        Assert.All(plan.Modules.SkipLast(1), module => Assert.InRange(module.Kept.Length, fanIn, Math.Max(fanIn, 6)));
        Assert.Equal(fanIn == 8, plan.IsEmpty);
    }

    [Fact]
    public void Contenders_take_turns_and_another_one_begins_every_round()
    {
        var turns = new List<string>();
        var seconds = Rounds.Measure([new Marked("a", turns), new Marked("b", turns)], [1, 2], 2, _ => { }, CancellationToken.None);
        Assert.Equal(["a1", "b2", "b2", "a1"], turns);
        Assert.All(seconds, rounds => Assert.Equal([1.0, 1.0], rounds));
    }

    [Fact]
    public void A_worker_answers_line_by_line()
    {
        TorchRuntime.EnsureLoaded();
        using var answers = new StringWriter();
        BenchWorker.Serve(Tiny, "obvious", new StringReader("time\n1\n2\n"), answers);
        var lines = answers.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(Enum.TryParse<TensorLayout>(lines[0], out _));
        Assert.Equal(3, lines.Length);
        Assert.All(lines.Skip(1), line => Assert.True(double.Parse(line, System.Globalization.CultureInfo.InvariantCulture) > 0));
    }

    private static BenchResult Result()
    {
        var options = new BenchOptions { Threads = 2 };
        var (branches, plain) = (CostModel.Of(options.Blueprint(), NetworkForm.Branches), CostModel.Of(options.Blueprint(), NetworkForm.ResNeXt));
        return new BenchResult(
            options,
            new MachineFacts("Linux", "Some Processor", 2, 8L << 30, "avx512", "10.0.0", "2.10.0", "0.107.0", "0.1.0"),
            new MachineLimits(330, 50),
            [
                new TrainingRow("obvious", new Throughput(40, 39.5, 41), branches, "channels-last", "stock", 9_000_000_000),
                new TrainingRow("resnext", new Throughput(260, 250, 270), plain, "channels-last", "kept", 600_000_000),
                new TrainingRow("reference", new Throughput(110, 104, 111), branches, "nchw", "kept", null),
            ],
            [
                new InferenceRow("masked", 1, new Throughput(300, 290, 310), 69_913_088),
                new InferenceRow("pruned", 1, new Throughput(400, 390, 410), 50_000_000),
            ]);
    }

    private sealed class Marked(string name, List<string> turns) : IContender
    {
        public TensorLayout Layout => TensorLayout.Planes;

        public double Seconds(int times)
        {
            turns.Add($"{name}{times}");
            return times;
        }

        public void Dispose() => turns.Add("disposed");
    }
}

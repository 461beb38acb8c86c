// A measurement as text: where it was made, the two tables, and whether the rival was a fair one. benchmarks/README.md
// says what every column means.
using System.Globalization;
using System.Text;
using GateConnect.Architecture;
using GateConnect.Reporting;

namespace GateConnect.Experiments.Bench;

/// <summary>Writes the tables.</summary>
public static class BenchTable
{
    private const string None = "-";

    /// <summary>The text for a terminal, the same in every culture.</summary>
    /// <param name="result">What was measured.</param>
    /// <param name="date">When.</param>
    /// <param name="width">Characters that a line has room for; columns that do not fit are named below.</param>
    public static string Write(BenchResult result, DateOnly date, int width = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(result);
        var text = new StringBuilder(Head(result, date));
        if (result.Training.Count > 0)
        {
            text.Append("\ntraining, whole steps in the gate phase\n\n").Append(Training(result, width)).Append(Fairness(result));
        }
        if (result.Inference.Count > 0)
        {
            text.Append("\ninference\n\n").Append(Inference(result, width));
        }
        return text.ToString();
    }

    private static string Head(BenchResult result, DateOnly date)
    {
        var (options, machine, limits) = (result.Options, result.Machine, result.Limits);
        var image = options.Blueprint().Image;
        var branches = CostModel.Of(options.Blueprint(), NetworkForm.Branches);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"hardware  {machine.Processor}, {machine.Cores} cores, {machine.VectorInstructions}; ");
        text.Append(CultureInfo.InvariantCulture, $"{options.Threads} {Invariant.Plural(options.Threads, "thread")} used; {date:yyyy-MM-dd}\n");
        text.Append(CultureInfo.InvariantCulture, $"limits    {limits.GigaflopsPerSecond:0} GFLOP/s float32 multiply-adds, ");
        text.Append(CultureInfo.InvariantCulture, $"{limits.GigabytesPerSecond:0.0} GB/s memory, measured\n");
        text.Append(CultureInfo.InvariantCulture, $"software  GateConnect {machine.GateConnect}, TorchSharp {machine.TorchSharp}, ");
        text.Append(CultureInfo.InvariantCulture, $"libtorch {machine.LibTorch}, .NET {machine.DotNet}\n");
        text.Append(CultureInfo.InvariantCulture, $"network   {{{options.Size}}}, K = {options.UsedFanIn}, ");
        text.Append(CultureInfo.InvariantCulture, $"{image.Height}x{image.Width}, batch {options.BatchSize}; ");
        text.Append(CultureInfo.InvariantCulture, $"{branches.MultiplyAdds / 1e6:0.0} M multiply-adds an image, ");
        text.Append(CultureInfo.InvariantCulture, $"{branches.ActivationBytes * options.BatchSize / 1e6:0} MB kept for backward\n");
        text.Append(CultureInfo.InvariantCulture, $"rounds    {options.Repeats}, interleaved; median, and the slowest and fastest round\n");
        return text.ToString();
    }

    private static string Training(BenchResult result, int width)
    {
        var table = new TextTable(
            "variant", "images/s", "slowest", "fastest", "x obvious", "x resnext", "GFLOP/s", "of FMA", "of memory",
            "peak MB", "x kept", "layout", "allocator");
        foreach (var row in result.Training)
        {
            table.Add(
                row.Name, Rate(row.ImagesPerSecond.Median), Rate(row.ImagesPerSecond.Least), Rate(row.ImagesPerSecond.Most),
                Times(result.Ratio(row, "obvious")), Times(result.Ratio(row, "resnext")),
                Text($"{row.GigaflopsPerSecond:0.0}"),
                Text($"{100 * row.GigaflopsPerSecond / result.Limits.GigaflopsPerSecond:0.0}%"),
                Text($"{100 * row.GigabytesPerSecond / result.Limits.GigabytesPerSecond:0.0}%"),
                row.PeakBytes is { } peak ? Text($"{peak / 1e6:0}") : None,
                Times(result.PeakToKept(row)), row.Layout, row.Allocator);
        }
        return table.Plain(width);
    }

    private static string Inference(BenchResult result, int width)
    {
        var table = new TextTable("variant", "batch", "images/s", "slowest", "fastest", "x masked", "multiply-adds", "GFLOP/s", "of FMA");
        foreach (var row in result.Inference)
        {
            table.Add(
                row.Name, Text($"{row.BatchSize}"), Rate(row.ImagesPerSecond.Median), Rate(row.ImagesPerSecond.Least), Rate(row.ImagesPerSecond.Most),
                Times(result.RatioToMasked(row)), Text($"{100 * result.MultiplyAddsToMasked(row):0}%"),
                Text($"{row.GigaflopsPerSecond:0.0}"), Text($"{100 * row.GigaflopsPerSecond / result.Limits.GigaflopsPerSecond:0.0}%"));
        }
        return table.Plain(width);
    }

    private static string Fairness(BenchResult result) => result.ExpectedResNeXt is { } expected && result.IsResNeXtFair is { } fair
        ? Text($"\nresnext reached {100 * result.Row("resnext")!.ImagesPerSecond.Median / expected:0} % of the {expected:0} images/s ")
            + Text($"expected at these limits: {(fair ? "a fair rival" : "below 90 %, the ratios to it flatter")}\n")
        : "";

    private static string Rate(double value) => value < 100 ? Text($"{value:0.0}") : Text($"{value:0}");

    private static string Times(double? value) => value is { } times ? Text($"{times:0.00}") : None;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

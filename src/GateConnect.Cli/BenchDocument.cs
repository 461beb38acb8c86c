// A measurement as the JSON document of `bench --json`.
using System.Text.Json.Nodes;
using GateConnect.Experiments.Bench;

namespace GateConnect.Cli;

/// <summary>Makes the document.</summary>
internal static class BenchDocument
{
    /// <summary>All that was measured; rates in images a second, fractions of the measured limits in [0, 1].</summary>
    public static JsonObject Of(BenchResult result) => new()
    {
        ["network"] = result.Options.Size.ToString(),
        ["fanIn"] = result.Options.UsedFanIn,
        ["batchSize"] = result.Options.BatchSize,
        ["imageSize"] = result.Options.Blueprint().Image.Height,
        ["threads"] = result.Options.Threads,
        ["repeats"] = result.Options.Repeats,
        ["processor"] = result.Machine.Processor,
        ["cores"] = result.Machine.Cores,
        ["vectorInstructions"] = result.Machine.VectorInstructions,
        ["gigaflopsPerSecondLimit"] = result.Limits.GigaflopsPerSecond,
        ["gigabytesPerSecondLimit"] = result.Limits.GigabytesPerSecond,
        ["resnextExpectedImagesPerSecond"] = result.ExpectedResNeXt,
        ["resnextIsFair"] = result.IsResNeXtFair,
        ["training"] = new JsonArray([.. result.Training.Select(row => Training(result, row))]),
        ["inference"] = new JsonArray([.. result.Inference.Select(row => Inference(result, row))]),
    };

    private static JsonObject Training(BenchResult result, TrainingRow row) => new()
    {
        ["name"] = row.Name,
        ["imagesPerSecond"] = row.ImagesPerSecond.Median,
        ["imagesPerSecondLeast"] = row.ImagesPerSecond.Least,
        ["imagesPerSecondMost"] = row.ImagesPerSecond.Most,
        ["ratioToObvious"] = result.Ratio(row, "obvious"),
        ["ratioToResnext"] = result.Ratio(row, "resnext"),
        ["multiplyAdds"] = row.Cost.MultiplyAdds,
        ["gigaflopsPerSecond"] = row.GigaflopsPerSecond,
        ["fmaFraction"] = row.GigaflopsPerSecond / result.Limits.GigaflopsPerSecond,
        ["memoryFraction"] = row.GigabytesPerSecond / result.Limits.GigabytesPerSecond,
        ["peakMemoryBytes"] = row.PeakBytes,
        ["keptActivationBytes"] = row.Cost.ActivationBytes * result.Options.BatchSize,
        ["peakToKept"] = result.PeakToKept(row),
        ["layout"] = row.Layout,
        ["allocator"] = row.Allocator,
    };

    private static JsonObject Inference(BenchResult result, InferenceRow row) => new()
    {
        ["name"] = row.Name,
        ["batchSize"] = row.BatchSize,
        ["imagesPerSecond"] = row.ImagesPerSecond.Median,
        ["imagesPerSecondLeast"] = row.ImagesPerSecond.Least,
        ["imagesPerSecondMost"] = row.ImagesPerSecond.Most,
        ["ratioToMasked"] = result.RatioToMasked(row),
        ["multiplyAdds"] = row.MultiplyAdds,
        ["multiplyAddsToMasked"] = result.MultiplyAddsToMasked(row),
        ["gigaflopsPerSecond"] = row.GigaflopsPerSecond,
        ["fmaFraction"] = row.GigaflopsPerSecond / result.Limits.GigaflopsPerSecond,
    };
}

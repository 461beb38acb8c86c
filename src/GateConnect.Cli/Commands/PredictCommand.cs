// gateconnect predict: the class of every picture named, a line each, as they come.
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using GateConnect.Data;
using GateConnect.Export;
using GateConnect.Runtime;

namespace GateConnect.Cli.Commands;

/// <summary>Classifies images.</summary>
internal sealed class PredictCommand
{
    private readonly CommandContext context;
    private readonly Argument<string> model = new("RUN")
    {
        HelpName = "RUN|FILE",
        Description = "A run folder (its pruned model predicts), a .safetensors file, or a .onnx file.",
    };

    private readonly Argument<string[]> paths = new("PATHS")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "Image files, and folders, which are searched at any depth.",
    };

    private readonly Option<int> top = new("--top")
    {
        HelpName = "K",
        DefaultValueFactory = _ => 1,
        Description = "Classes per image, the most likely first. Default 1.",
    };

    private readonly Option<bool> csv = new("--csv") { Description = "Print CSV with a heading." };
    private readonly Option<bool> json = RunOptions.JsonOption();
    private readonly Option<int> batchSize = new("--batch-size")
    {
        HelpName = "N",
        DefaultValueFactory = _ => 64,
        Description = "Images decoded and scored together, 1 to 1024. Default 64.",
    };

    private readonly Option<string?> runtime = new("--runtime")
    {
        HelpName = "torch|onnx",
        Description = "What computes. Default torch for a model file, onnx for an ONNX file.",
    };

    private readonly Option<int?> threads = new("--threads") { HelpName = "N", Description = "Threads of a batch. Default all cores." };

    private PredictCommand(CommandContext context) => this.context = context;

    /// <summary>The command with its options, help and action.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var owner = new PredictCommand(context);
        var command = new Command("predict", "Prints the class of images and how likely it is.") { owner.model, owner.paths };
        pages.Describe(command, new HelpPage(
            [
                new OptionGroup("Output", [owner.top, owner.csv, owner.json]),
                new OptionGroup("Computing", [owner.batchSize, owner.runtime, owner.threads]),
            ],
            [
                "gateconnect predict runs/photos holiday.jpg",
                "gateconnect predict runs/photos pictures --top 3 --csv",
                "gateconnect predict photos.onnx pictures cat.png --json",
            ])
        {
            Details = "Images are decoded, turned upright and resized as in training. One that cannot be read is told on stderr and counted; "
                + "the exit code is 3 only where none could be read.",
        });
        command.SetAction(owner.Execute);
        return command;
    }

    private int Execute(ParseResult parsed)
    {
        var options = Options(parsed);
        var name = parsed.GetRequiredValue(model);
        using var predictor = Predictor.Load(name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) ? name : SavedModel.Pruned(name).Path, options);
        var files = ImageFiles.Find(parsed.GetRequiredValue(paths));
        if (files.Count == 0)
        {
            throw new DataException($"{string.Join(", ", parsed.GetRequiredValue(paths))}: no images, expected JPEG, PNG, WebP, BMP or GIF");
        }
        var lines = PredictionLines.Of(context.Terminal.Output, predictor, parsed.GetValue(top), Format(parsed));
        var (clock, failed) = (Stopwatch.StartNew(), 0);
        foreach (var batch in files.Chunk(parsed.GetValue(batchSize)))
        {
            context.Interruption.Token.ThrowIfCancellationRequested();
            foreach (var file in predictor.PredictFiles(batch, context.Interruption.Token))
            {
                failed += Tell(file, lines);
            }
        }
        var count = new PredictionCount(files.Count, failed, clock.Elapsed.TotalSeconds);
        lines.End(count);
        return Conclude(count);
    }

    private int Tell(FilePrediction file, PredictionLines lines)
    {
        if (file.Prediction is { } prediction)
        {
            lines.Add(file.Path, prediction);
            return 0;
        }
        lines.Add(file.Failure!);
        context.Terminal.Error.WriteLine($"skipped: {file.Failure!.Message}");
        return 1;
    }

    private int Conclude(PredictionCount count)
    {
        var rate = string.Create(CultureInfo.InvariantCulture, $"{count.ImagesPerSecond:0.0} images/s with decoding");
        context.Terminal.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{count.Images - count.Failed} of {count.Images} images in {count.Seconds:0.00} s, {rate}; {count.Failed} could not be read"));
        return count.Failed < count.Images ? ExitCode.Done : ExitCode.Data;
    }

    private PredictionFormat Format(ParseResult parsed) =>
        parsed.GetValue(json) ? PredictionFormat.Json : parsed.GetValue(csv) ? PredictionFormat.Csv : PredictionFormat.Text;

    private PredictorOptions Options(ParseResult parsed)
    {
        var mistakes = new List<string>();
        Within("--top", parsed.GetValue(top), int.MaxValue);
        Within("--batch-size", parsed.GetValue(batchSize), 1024);
        Within("--threads", parsed.GetValue(threads) ?? 1, 1024);
        if (parsed.GetValue(runtime) is { } text and not ("torch" or "onnx"))
        {
            mistakes.Add($"--runtime: '{text}' is neither torch nor onnx");
        }
        if (parsed.GetValue(csv) && parsed.GetValue(json))
        {
            mistakes.Add("--csv: not together with --json; leave one of them out");
        }
        return mistakes.Count > 0 ? throw new ConfigurationException(mistakes) : new PredictorOptions
        {
            Threads = parsed.GetValue(threads) ?? Environment.ProcessorCount,
            Runtime = parsed.GetValue(runtime) switch { "torch" => PredictionRuntime.Torch, "onnx" => PredictionRuntime.Onnx, _ => PredictionRuntime.OfFile },
        };

        void Within(string option, int value, int most)
        {
            if (value < 1 || value > most)
            {
                mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"{option}: {value} is outside 1 to {most}"));
            }
        }
    }
}

// gateconnect bench: the throughput of this machine against the stated rivals.
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Experiments.Bench;
using GateConnect.Runtime;

namespace GateConnect.Cli.Commands;

/// <summary>Measures throughput.</summary>
internal sealed class BenchCommand
{
    private static readonly BenchOptions Defaults = new();

    private readonly CommandContext context;
    private readonly Option<string?> network = new("--network") { HelpName = "D,W,C", Description = "Depth, bottleneck width, cardinality. Default 20,4,8." };
    private readonly Option<int?> fanIn = new("--fan-in") { HelpName = "K", Description = "Branches that each block reads. Default half of C." };
    private readonly Option<int?> imageSize = new("--image-size") { HelpName = "PIXELS", Description = "Default 32, or 224 for depth 50, 101 and 152." };
    private readonly Option<int?> batchSize = new("--batch-size")
    {
        HelpName = "N",
        Description = "Images per training step; inference takes 1 and this many. Default 128.",
    };

    private readonly Option<int?> threads = new("--threads") { HelpName = "N", Description = "Threads of libtorch. Default all cores." };
    private readonly Option<int?> repeats = new("--repeats") { HelpName = "N", Description = "Rounds in which the variants take turns. Default 5." };
    private readonly Option<string?> only = new("--only") { HelpName = "PART", Description = "training or inference. Default both." };
    private readonly Option<bool> json = RunOptions.JsonOption();

    private BenchCommand(CommandContext context) => this.context = context;

    /// <summary>The command with its options, help and action.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var owner = new BenchCommand(context);
        var command = new Command("bench", "Measures this machine's training and inference throughput against a plain ResNeXt and the obvious implementation.");
        pages.Describe(command, new HelpPage(
            [
                new OptionGroup("Network", [owner.network, owner.fanIn, owner.imageSize]),
                new OptionGroup("Measurement", [owner.batchSize, owner.threads, owner.repeats, owner.only]),
                new OptionGroup("Output", [owner.json]),
            ],
            [
                "gateconnect bench",
                "gateconnect bench --network 29,8,8 --batch-size 64 --repeats 3",
                "gateconnect bench --only inference --threads 1 --json",
            ])
        {
            Details = "Training variants are whole steps on made-up images: obvious (a module object per branch, stock allocator), "
                + "obvious-kept (the same, memory kept), resnext (plain grouped ResNeXt), reference (ours, plain torch operations) "
                + "and, where there is one, fast (ours, fused kernels). "
                + "Takes about six minutes on two cores with AVX2, half of that with AVX-512. "
                + "Nothing else should run meanwhile: the stock allocator suffers most from it.",
        });
        command.SetAction(owner.Execute);
        return command;
    }

    private int Execute(ParseResult parsed)
    {
        var options = Resolve(parsed);
        if (Environment.GetEnvironmentVariable(BenchWorker.Variable) is { Length: > 0 } variant)
        {
            BenchWorker.Serve(options, variant, Console.In, context.Terminal.Output);
            return ExitCode.Done;
        }
        var voice = new Voice(context.Terminal.Error, context.Terminal.ErrorScreen);
        var result = ThroughputBench.Run(options, new BenchHost(voice.Say, () => Worker(options)), context.Interruption.Token);
        if (parsed.GetValue(json))
        {
            JsonText.Write(context.Terminal.Output, BenchDocument.Of(result));
        }
        else
        {
            context.Terminal.Output.Write(BenchTable.Write(result, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime), context.Terminal.Width));
        }
        return ExitCode.Done;
    }

    private BenchOptions Resolve(ParseResult parsed)
    {
        var options = new BenchOptions
        {
            Size = parsed.GetValue(network) is { } size ? NetworkSize.Parse(size) : Defaults.Size,
            FanIn = parsed.GetValue(fanIn),
            ImageSize = parsed.GetValue(imageSize),
            BatchSize = parsed.GetValue(batchSize) ?? Defaults.BatchSize,
            Threads = parsed.GetValue(threads) ?? Defaults.Threads,
            Repeats = parsed.GetValue(repeats) ?? Defaults.Repeats,
        };
        var mistakes = options.Mistakes().ToList();
        switch (parsed.GetValue(only))
        {
            case null:
                break;
            case "training":
                options = options with { Parts = BenchParts.Training };
                break;
            case "inference":
                options = options with { Parts = BenchParts.Inference };
                break;
            case var other:
                mistakes.Add($"--only: '{other}' is neither training nor inference");
                break;
        }
        return mistakes.Count == 0 ? options : throw new ConfigurationException(mistakes);
    }

    // This program beside itself: its program file, or, where the tool was packed without one, the library by dotnet.
    private static ProcessStartInfo Worker(BenchOptions options)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "GateConnect.Cli");
        var start = File.Exists(program) ? new ProcessStartInfo(program) : new ProcessStartInfo("dotnet") { ArgumentList = { program + ".dll" } };
        string[] words =
        [
            "bench",
            "--network", options.Size.ToString(),
            "--fan-in", Text(options.UsedFanIn),
            "--image-size", Text(options.Blueprint().Image.Height),
            "--batch-size", Text(options.BatchSize),
            "--threads", Text(options.Threads),
        ];
        Array.ForEach(words, start.ArgumentList.Add);
        return start;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

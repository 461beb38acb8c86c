// gateconnect report: the pages of a run, made anew from its data, or one page that compares several.
using System.CommandLine;
using System.Text.Json.Nodes;
using GateConnect.Experiments;
using GateConnect.Reporting;
using GateConnect.Runtime;

namespace GateConnect.Cli.Commands;

/// <summary>Makes report, pictures and summary, or a comparison.</summary>
internal sealed class ReportCommand
{
    private const string DefaultPage = "comparison.html";

    private readonly CommandContext context;
    private readonly Argument<string[]> runs = new("RUN")
    {
        Arity = ArgumentArity.OneOrMore,
        HelpName = "RUN...",
        Description = "A run folder, such as runs/cifar: its pages are written into it. Several: one page that compares them.",
    };

    private readonly Option<string?> output = new("--out")
    {
        HelpName = "FILE",
        Description = $"Several runs: the page to write, FILE.html. Default {DefaultPage}.",
    };

    private readonly Option<string[]> baselines = new("--baseline")
    {
        HelpName = "RUN",
        Description = "One run: a finished run to set beside it, where network, images and budget are the same. May be repeated. "
            + "Those in the same parent folder are found without.",
    };

    private readonly Option<string?> data = new("--data")
    {
        HelpName = "PATH",
        Description = "One run: where its images are, for thumbnails. Default where the run had them, else where train would look; nothing is fetched.",
    };

    private readonly Option<bool> noThumbnails = new("--no-thumbnails") { Description = "One run: show and read no images; for reports that are published." };
    private readonly Option<bool> json = RunOptions.JsonOption();

    private ReportCommand(CommandContext context) => this.context = context;

    /// <summary>The command with its options, help and action.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var owner = new ReportCommand(context);
        var command = new Command(
            "report",
            "Makes a run's report for a browser, summary, wiring pictures and curves anew from its data, or compares runs.")
        {
            owner.runs,
        };
        pages.Describe(command, new HelpPage(
            [new OptionGroup("Report", [owner.baselines, owner.data, owner.noThumbnails]), new OptionGroup("Output", [owner.output, owner.json])],
            [
                "gateconnect report runs/cifar",
                "gateconnect report runs/cifar --data cifar-10-binary.tar.gz",
                "gateconnect report runs/cifar --no-thumbnails --json",
                "gateconnect report runs/learned-seed1 runs/learned-seed2 runs/random-seed1 --out comparison.html",
            ])
        {
            Details = "report.html holds all it shows and needs no network: the numbers beside baselines, the wiring epoch by epoch, curves, confusion "
                + "matrix, mistakes, prune plan, costs, recipe.",
        });
        command.SetAction(owner.Execute);
        return command;
    }

    private int Execute(ParseResult parsed)
    {
        var paths = parsed.GetRequiredValue(runs);
        Require(parsed, several: paths.Length > 1);
        var folders = paths.Select(RunFolder.Open).ToArray();
        var written = folders.Length > 1 ? WriteComparison(folders, parsed.GetValue(output) ?? DefaultPage) : WriteOne(parsed, folders[0]);
        if (parsed.GetValue(json))
        {
            JsonText.Write(context.Terminal.Output, new JsonObject { ["files"] = new JsonArray([.. written.Select(path => JsonValue.Create(path))]) });
            return ExitCode.Done;
        }
        foreach (var path in written)
        {
            context.Terminal.Output.WriteLine(path);
        }
        return ExitCode.Done;
    }

    private static IReadOnlyList<string> WriteComparison(RunFolder[] folders, string page)
    {
        ReplaceableFile.Require("--out", page, ".html", "<!doctype html>");
        return [RunComparison.Write(folders, page)];
    }

    private IReadOnlyList<string> WriteOne(ParseResult parsed, RunFolder folder)
    {
        using var claim = folder.Lock();
        var voice = context.Terminal.Voice(json: true); // files are listed on stdout, notes are not
        var progress = new DataProgress(voice);
        var request = new ReportRequest
        {
            Thumbnails = parsed.GetValue(noThumbnails) ? ThumbnailPolicy.None : ThumbnailPolicy.WhereFound,
            DataPath = parsed.GetValue(data),
            Baselines = [.. (parsed.GetValue(baselines) ?? []).Select(RunFolder.Open)],
        };
        return RunReport.Write(folder, request, new RunEvents { Note = voice.Say, Load = progress.Load }, context.Interruption.Token);
    }

    private void Require(ParseResult parsed, bool several)
    {
        List<string> mistakes =
        [
            .. from option in several ? [baselines, data, noThumbnails] : new Option[] { output }
               where parsed.GetResult(option) is { Implicit: false }
               select several
                   ? $"{option.Name}: goes with one run, found several"
                   : $"{option.Name}: goes with several runs; the report of one is written into its folder",
        ];
        if (!several && parsed.GetValue(noThumbnails) && parsed.GetValue(data) is not null)
        {
            mistakes.Add("--data: no images are read with --no-thumbnails; leave one of them out");
        }
        if (mistakes.Count > 0)
        {
            throw new ConfigurationException(mistakes);
        }
    }
}

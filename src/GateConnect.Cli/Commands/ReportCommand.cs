// gateconnect report: the pages of a run, made anew from its data.
using System.CommandLine;
using System.Text.Json.Nodes;
using GateConnect.Experiments;
using GateConnect.Reporting;

namespace GateConnect.Cli.Commands;

/// <summary>Regenerates pictures and summary.</summary>
internal static class ReportCommand
{
    /// <summary>The command with its options, help and action.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var run = RunArgument();
        var json = RunOptions.JsonOption();
        var command = new Command("report", "Makes a run's summary, wiring picture and curves anew from its data.") { run };
        pages.Describe(command, new HelpPage(
            [new OptionGroup("Output", [json])],
            ["gateconnect report runs/cifar", "gateconnect report runs/cifar --json"]));
        command.SetAction(parsed =>
        {
            var folder = RunFolder.Open(parsed.GetRequiredValue(run));
            using var claim = folder.Lock();
            var written = RunPages.Write(folder);
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
        });
        return command;
    }

    /// <summary>A run folder.</summary>
    internal static Argument<string> RunArgument() => new("RUN") { Description = "A run folder, such as runs/cifar." };
}

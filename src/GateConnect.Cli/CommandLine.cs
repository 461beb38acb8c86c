// From words to a command: the commands, and what happens between the shell and each of them. Parsing errors and
// failures leave here as exit codes; nothing else in this project decides one.
using System.CommandLine;
using System.CommandLine.Help;
using GateConnect.Cli.Commands;
using GateConnect.Runtime;

namespace GateConnect.Cli;

/// <summary>The whole command line.</summary>
internal static class CommandLine
{
    /// <summary>Runs one command.</summary>
    /// <param name="args">The words after the program's name.</param>
    /// <param name="terminal">Where output goes.</param>
    /// <param name="interruption">What ends the command early.</param>
    /// <returns>The exit code (<see cref="ExitCode"/>).</returns>
    public static int Run(string[] args, Terminal terminal, Interruption interruption)
    {
        try
        {
            var parsed = Build(new CommandContext(terminal, interruption)).Parse(args);
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpPages)
            {
                throw new ConfigurationException([.. parsed.Errors.Select(error => $"{error.Message.TrimEnd('.')}; {Hint(parsed)}").Distinct()]);
            }
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception failure)
        {
            return Failures.Report(failure, terminal, interruption);
        }
    }

    /// <summary>Every command, for help and tests.</summary>
    internal static RootCommand Build(CommandContext context)
    {
        var pages = new HelpPages();
        var root = new RootCommand("Learns how the branches of a multi-branch image classifier are wired, and prunes what turned out dead.");
        foreach (var command in (Command[])
        [
            TrainCommand.Build(context, pages),
            EvaluateCommand.Build(context, pages),
            PredictCommand.Build(context, pages),
            PruneCommand.Build(context, pages),
            ImportCommand.Build(context, pages),
            ExportCommand.Build(context, pages),
            InspectCommand.Build(context, pages),
            DataCommand.Build(context, pages),
            ReportCommand.Build(context, pages),
            ExperimentCommand.Build(context, pages),
            BenchCommand.Build(context, pages),
        ])
        {
            root.Add(command);
        }
        pages.Describe(root, new HelpPage([], ["gateconnect train", "gateconnect train --dataset cifar10 --epochs 20", "gateconnect inspect --network 20,4,8"])
        {
            Details = "Every command explains itself: gateconnect train --help. A network is written D,W,C: depth, bottleneck width, "
                + "cardinality (branches per module). Exit codes: 0 done, 2 wrong usage, 3 data missing or damaged, 4 model file damaged, "
                + "5 training diverged, 6 output cannot be written, 7 verification failed, 8 run folder in use, 1 a bug or no libtorch; 129, 130 or 143 ended by a signal.",
        });
        UseOwnHelpAndVersion(root, context, pages);
        return root;
    }

    private static void UseOwnHelpAndVersion(RootCommand root, CommandContext context, HelpPages pages)
    {
        foreach (var option in root.Options.ToArray())
        {
            if (option is VersionOption)
            {
                root.Options.Remove(option);
            }
            else if (option is HelpOption)
            {
                option.Action = pages;
                option.Description = "Show this help.";
            }
        }
        var version = new Option<bool>("--version") { Description = "Print the version." };
        root.Add(version);
        root.SetAction(parsed =>
        {
            if (!parsed.GetValue(version))
            {
                return pages.Invoke(parsed);
            }
            context.Terminal.Output.WriteLine(Versions.GateConnect);
            return ExitCode.Done;
        });
    }

    private static string Hint(ParseResult parsed)
    {
        var name = parsed.CommandResult.Command is RootCommand ? "" : HelpPages.FullName(parsed.CommandResult.Command) + " ";
        return $"see 'gateconnect {name}--help'";
    }
}

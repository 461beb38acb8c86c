// From words to a command: the commands, and what happens between the shell and each of them. Parsing errors and
// failures leave here as exit codes; nothing else in this project decides one.
using System.CommandLine;
using System.CommandLine.Help;
using System.Text.RegularExpressions;
using GateConnect.Cli.Commands;
using GateConnect.Runtime;

namespace GateConnect.Cli;

/// <summary>The whole command line.</summary>
internal static partial class CommandLine
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
            RequireWords(args);
            var parsed = Build(new CommandContext(terminal, interruption)).Parse(args);
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpPages)
            {
                throw new ConfigurationException([.. parsed.Errors.Select(error => $"{Plain(error.Message.TrimEnd('.'))}; {Hint(parsed)}").Distinct()]);
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
        var pages = new HelpPages(context.Terminal.Width);
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
                + "5 training diverged, 6 output cannot be written, 7 verification failed, 8 run folder in use, 1 a bug or no libtorch; "
                + "129, 130 or 143 ended by a signal.",
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

    // What an unset variable of a shell leaves behind is no value.
    private static void RequireWords(string[] args)
    {
        var empty = args.Index().Where(word => string.IsNullOrWhiteSpace(word.Item)).Select(word => word.Index).ToArray();
        if (empty.Length > 0)
        {
            throw new ConfigurationException([.. empty.Select(index => $"{Place(index)}: empty, expected a value")]);
        }

        string Place(int index) =>
            index > 0 && args[index - 1].StartsWith("--", StringComparison.Ordinal) ? args[index - 1] : $"word {index + 1}";
    }

    // The parser names types of the language; people read "number".
    private static string Plain(string message) => WrongType().Replace(message, "$2: '$1' is no number of the kind expected");

    [GeneratedRegex("^Cannot parse argument '(.*)' for option '(.*)' as expected type '.*'$")]
    private static partial Regex WrongType();

    private static string Hint(ParseResult parsed)
    {
        var name = parsed.CommandResult.Command is RootCommand ? "" : HelpPages.FullName(parsed.CommandResult.Command) + " ";
        return $"see 'gateconnect {name}--help'";
    }
}

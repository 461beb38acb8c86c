// gateconnect experiment: the paper's tables as commands.
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using GateConnect.Experiments.Tables;

namespace GateConnect.Cli.Commands;

/// <summary>Lists, runs and prints experiments.</summary>
internal static class ExperimentCommand
{
    /// <summary>The command with its three sub-commands.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var command = new Command("experiment", "The paper's tables and questions as commands: what there is, running it, the table.")
        {
            List(context, pages), ExperimentRunCommand.Build(context, pages), ExperimentTableCommand.Build(context, pages),
        };
        pages.Describe(command, new HelpPage(
            [],
            [
                "gateconnect experiment list",
                "gateconnect experiment run cifar10 --only 20,4,8 --budget 4/300",
                "gateconnect experiment table cifar10",
            ]));
        command.SetAction(pages.Invoke);
        return command;
    }

    private static Command List(CommandContext context, HelpPages pages)
    {
        var json = RunOptions.JsonOption();
        var name = ExperimentOptions.Name();
        (name.Arity, name.Description) = (ArgumentArity.ZeroOrOne, "One of them. Default all.");
        var command = new Command("list", "Lists the experiments and their cells, at the paper's budget.") { name };
        pages.Describe(command, new HelpPage(
            [new OptionGroup("Output", [json])],
            ["gateconnect experiment list", "gateconnect experiment list cifar10-rivals", "gateconnect experiment list --json"]));
        command.SetAction(parsed =>
        {
            IReadOnlyList<Experiment> experiments = parsed.GetValue(name) is { } asked ? [Experiment.Named(asked)] : Experiment.All;
            if (parsed.GetValue(json))
            {
                JsonText.Write(context.Terminal.Output, new JsonObject { ["experiments"] = new JsonArray([.. experiments.Select(Described)]) });
                return ExitCode.Done;
            }
            var width = experiments.SelectMany(experiment => experiment.Cells).Max(cell => cell.Name.Length) + 2;
            foreach (var experiment in experiments)
            {
                context.Terminal.Output.WriteLine($"{experiment.Name}: {experiment.Title}");
                foreach (var cell in experiment.Cells)
                {
                    var paper = cell.Paper is { } reported ? string.Create(CultureInfo.InvariantCulture, $"  paper {reported.MeanPercent:0.00} %") : "";
                    context.Terminal.Output.WriteLine($"  {cell.Name.PadRight(width)}{Epochs(experiment, cell)} epochs{paper}");
                }
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static string Epochs(Experiment experiment, ExperimentCell cell) => string.Join(", ", (experiment.Budgets ?? [new Budget()])
        .Select(budget => budget.Apply(cell.Recipe).Training.Epochs.ToString(CultureInfo.InvariantCulture)));

    private static JsonObject Described(Experiment experiment) => new()
    {
        ["name"] = experiment.Name,
        ["title"] = experiment.Title,
        ["cells"] = new JsonArray([.. experiment.Cells.Select(cell => new JsonObject
        {
            ["name"] = cell.Name, ["dataset"] = cell.Dataset, ["epochs"] = cell.Recipe.Training.Epochs, ["paperMeanPercent"] = cell.Paper?.MeanPercent,
        })]),
    };
}

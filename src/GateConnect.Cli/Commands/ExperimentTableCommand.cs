// gateconnect experiment table: finished runs beside the paper's figures.
using System.CommandLine;
using GateConnect.Experiments.Tables;
using GateConnect.Runtime;

namespace GateConnect.Cli.Commands;

/// <summary>Prints and draws tables.</summary>
internal sealed class ExperimentTableCommand
{
    private readonly CommandContext context;
    private readonly Argument<string> name = ExperimentOptions.Name();
    private readonly Option<string[]> only = ExperimentOptions.Only();
    private readonly Option<string?> budget = new("--budget")
    {
        HelpName = "SHARE",
        Description = "Only runs with this share of the paper's epochs: 0.05, 5% or 15/300. Default any.",
    };

    private readonly Option<int?> trainLimit = new("--train-limit")
    {
        HelpName = "N",
        Description = "Only runs that learned from so many images. Default any.",
    };

    private readonly Option<int?> imageSize = new("--image-size") { HelpName = "PIXELS", Description = "Only runs on images of this size. Default any." };
    private readonly Option<string> results = ExperimentOptions.Results();
    private readonly Option<bool> markdown = new("--markdown") { Description = "As Markdown." };
    private readonly Option<bool> csv = new("--csv") { Description = "As comma-separated values, numbers in full." };
    private readonly Option<string?> plot = new("--plot")
    {
        HelpName = "FILE",
        Description = "Also draw it, as FILE.svg: accuracy and what learning is ahead, against budget or fan-in.",
    };

    private readonly Option<bool> json = RunOptions.JsonOption();

    private ExperimentTableCommand(CommandContext context) => this.context = context;

    /// <summary>The command with its options, help and action.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var owner = new ExperimentTableCommand(context);
        var command = new Command(
            "table",
            "Prints an experiment's finished runs beside the paper's figures, with a paired test between rules on the same seeds.")
        {
            owner.name,
        };
        pages.Describe(command, new HelpPage(
            [
                new OptionGroup("What", [owner.only, owner.budget, owner.trainLimit, owner.imageSize]),
                new OptionGroup("Output", [owner.results, owner.markdown, owner.csv, owner.plot, owner.json]),
            ],
            [
                "gateconnect experiment table cifar10", "gateconnect experiment table cifar10-rivals --budget 10/300 --markdown",
                "gateconnect experiment table cifar10-budget --plot budget.svg", "gateconnect experiment table cifar10 --json",
            ]));
        command.SetAction(owner.Execute);
        return command;
    }

    private int Execute(ParseResult parsed)
    {
        var experiment = Experiment.Named(parsed.GetRequiredValue(name));
        var (folder, picture) = (ExperimentOptions.Folder(parsed.GetValue(results)!), parsed.GetValue(plot));
        var cells = experiment.CellsNamed(parsed.GetValue(only) ?? []);
        var share = parsed.GetValue(budget) is { } text ? Budget.Parse(text) : null;
        RequireOneFormat(parsed);
        if (picture is not null)
        {
            ReplaceableFile.Require("--plot", picture, ".svg", "<svg");
        }
        if (parsed.GetResult(results) is { Implicit: false } && !Directory.Exists(folder))
        {
            throw new DataException(
                $"--results {folder}: no such folder; it is the one that 'experiment run' was given, "
                + $"{ExperimentOptions.DefaultResults} where it was given none");
        }
        var all = ExperimentTable.Of(experiment, new ResultStore(folder));
        var table = all.Where(cells, share, parsed.GetValue(trainLimit), parsed.GetValue(imageSize));
        foreach (var run in table.Rows.SelectMany(row => row.Repeated))
        {
            context.Terminal.Error.WriteLine($"{run.Path}: left out, as it repeats the recipe and seed of another");
        }
        if (all.Rows.Count == 0)
        {
            context.Terminal.Error.WriteLine(
                $"{folder}: no finished run of {experiment.Name} yet; start with: "
                + $"gateconnect experiment run {experiment.Name} --budget 2/300{ExperimentOptions.WithResults(folder)}");
        }
        else if (table.Rows.Count == 0)
        {
            context.Terminal.Error.WriteLine(
                $"{folder}: no finished run of {experiment.Name} is like that; "
                + $"without --only, --budget, --train-limit and --image-size there are {all.Rows.Count} rows");
        }
        else if (picture is not null)
        {
            AtomicFile.WriteAllText(picture, TablePicture.Draw(table));
        }
        if (parsed.GetValue(json))
        {
            JsonText.Write(context.Terminal.Output, TableDocument.Of(table));
        }
        else if (table.Rows.Count > 0)
        {
            context.Terminal.Output.Write(parsed.GetValue(csv) ? TableText.Csv(table)
                : parsed.GetValue(markdown) ? TableText.Markdown(table)
                : TableText.Plain(table, context.Terminal.Width));
        }
        return ExitCode.Done;
    }

    private void RequireOneFormat(ParseResult parsed)
    {
        string[] asked = [.. new[] { json, markdown, csv }.Where(parsed.GetValue).Select(format => format.Name)];
        if (asked.Length > 1)
        {
            throw new ConfigurationException($"{string.Join(" and ", asked)}: a table has one format; leave all but one out");
        }
    }
}

// gateconnect experiment: the paper's tables as commands.
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using GateConnect.Experiments;
using GateConnect.Experiments.Tables;
using GateConnect.Runtime;

namespace GateConnect.Cli.Commands;

/// <summary>Lists, runs and prints experiments.</summary>
internal static class ExperimentCommand
{
    private const string DefaultResults = "experiments/results";
    private const string DefaultWork = "runs/experiments";

    /// <summary>The command with its three sub-commands.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var command = new Command("experiment", "The paper's tables and questions as commands: what there is, running it, the table.")
        {
            List(context, pages), new RunCommand(context).Build(pages), Table(context, pages),
        };
        pages.Describe(command, new HelpPage([], ["gateconnect experiment list", "gateconnect experiment run cifar10 --only 20,4,8 --budget 4/300", "gateconnect experiment table cifar10"]));
        command.SetAction(pages.Invoke);
        return command;
    }

    private static Command List(CommandContext context, HelpPages pages)
    {
        var json = RunOptions.JsonOption();
        var command = new Command("list", "Lists the experiments and their cells, at the paper's budget.");
        pages.Describe(command, new HelpPage([new OptionGroup("Output", [json])], ["gateconnect experiment list", "gateconnect experiment list --json"]));
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(json))
            {
                JsonText.Write(context.Terminal.Output, new JsonObject { ["experiments"] = new JsonArray([.. Experiment.All.Select(Described)]) });
                return ExitCode.Done;
            }
            var width = Experiment.All.SelectMany(experiment => experiment.Cells).Max(cell => cell.Name.Length) + 2;
            foreach (var experiment in Experiment.All)
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

    private static Command Table(CommandContext context, HelpPages pages)
    {
        var (name, results, json) = (NameArgument(), ResultsOption(), RunOptions.JsonOption());
        var markdown = new Option<bool>("--markdown") { Description = "As Markdown." };
        var csv = new Option<bool>("--csv") { Description = "As comma-separated values, numbers in full." };
        var plot = new Option<string?>("--plot") { HelpName = "FILE", Description = "Also draw it, as FILE.svg: accuracy and what learning is ahead, against budget or fan-in." };
        var command = new Command("table", "Prints an experiment's finished runs beside the paper's figures, with a paired test between rules on the same seeds.") { name };
        pages.Describe(command, new HelpPage(
            [new OptionGroup("Output", [results, markdown, csv, plot, json])],
            ["gateconnect experiment table cifar10", "gateconnect experiment table cifar10-rivals --markdown", "gateconnect experiment table cifar10-budget --plot budget.svg", "gateconnect experiment table cifar10 --json"]));
        command.SetAction(parsed =>
        {
            var (experiment, folder, picture) = (Experiment.Named(parsed.GetRequiredValue(name)), Folder(parsed.GetValue(results)!), parsed.GetValue(plot));
            RequireOneFormat([json, markdown, csv], parsed);
            if (picture is not null)
            {
                ReplaceableFile.Require("--plot", picture, ".svg", "<svg");
            }
            if (parsed.GetResult(results) is { Implicit: false } && !Directory.Exists(folder))
            {
                throw new DataException($"--results {folder}: no such folder; it is the one that 'experiment run' was given, {DefaultResults} where it was given none");
            }
            var table = ExperimentTable.Of(experiment, new ResultStore(folder));
            foreach (var run in table.Rows.SelectMany(row => row.Repeated))
            {
                context.Terminal.Error.WriteLine($"{run.Path}: left out, as it repeats the recipe and seed of another");
            }
            if (table.Rows.Count == 0)
            {
                context.Terminal.Error.WriteLine($"{folder}: no finished run of {experiment.Name} yet; start with: gateconnect experiment run {experiment.Name} --budget 2/300{WithResults(folder)}");
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
                context.Terminal.Output.Write(parsed.GetValue(csv) ? TableText.Csv(table) : parsed.GetValue(markdown) ? TableText.Markdown(table) : TableText.Plain(table));
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static void RequireOneFormat(Option<bool>[] formats, ParseResult parsed)
    {
        string[] asked = [.. formats.Where(parsed.GetValue).Select(format => format.Name)];
        if (asked.Length > 1)
        {
            throw new ConfigurationException($"{string.Join(" and ", asked)}: a table has one format; leave all but one out");
        }
    }

    private static string WithResults(string folder) => folder == DefaultResults ? "" : $" --results {folder}";

    private static Argument<string> NameArgument() => new("NAME") { Description = "An experiment: " + string.Join(", ", Experiment.All.Select(experiment => experiment.Name)) + "." };

    private static Option<string> ResultsOption() => new("--results")
    {
        HelpName = "DIR", DefaultValueFactory = _ => DefaultResults, Description = $"Where finished runs lie, without weights. Default {DefaultResults}.",
    };

    private static string Folder(string path) => path.Length > 1 ? path.TrimEnd('/') : path;

    /// <summary><c>experiment run</c>.</summary>
    private sealed class RunCommand(CommandContext context)
    {
        private readonly Argument<string> name = NameArgument();
        private readonly Option<int> seeds = new("--seeds") { HelpName = "N", DefaultValueFactory = _ => 3, Description = "Seeds 1 to N of every cell. Default 3." };
        private readonly Option<string?> budget = new("--budget") { HelpName = "SHARE", Description = "Share of the paper's epochs: 0.05, 5% or 15/300. Default 1; cifar10-budget: its own series." };
        private readonly Option<int?> trainLimit = new("--train-limit") { HelpName = "N", Description = "Learn from so many images only, every class alike; the table says so. Default all." };
        private readonly Option<int?> imageSize = new("--image-size") { HelpName = "PIXELS", Description = "Smaller images than the paper's; the table says so. Default the paper's." };
        private readonly Option<string[]> only = new("--only") { HelpName = "TEXT", Description = "Cells whose name contains this, such as 20,4,8 or learned, or the one that is named so. May be repeated; all must match." };
        private readonly Option<string?> time = new("--for") { HelpName = "TIME", Description = "Stop after 45s, 90m or 2h, within a run with a checkpoint; the same command goes on. Default: to the end." };
        private readonly Option<string?> data = new("--data") { HelpName = "PATH", Description = "Where the images are. Default the usual places; the folder experiments need it." };
        private readonly Option<int?> threads = new("--threads") { HelpName = "N", Description = "Threads of libtorch. Default all cores. Two processes with half of them each share the runs." };
        private readonly Option<string> results = ResultsOption();
        private readonly Option<string> work = new("--work") { HelpName = "DIR", DefaultValueFactory = _ => DefaultWork, Description = $"Where runs in progress lie, weights and checkpoints included. Default {DefaultWork}." };
        private readonly Option<bool> json = RunOptions.JsonOption();

        public Command Build(HelpPages pages)
        {
            var command = new Command("run", "Runs what is not finished of an experiment, seed by seed; goes on where it was interrupted.") { name };
            pages.Describe(command, new HelpPage(
                [
                    new OptionGroup("What", [seeds, only, budget, trainLimit, imageSize]),
                    new OptionGroup("Where and how long", [time, data, threads, results, work, json]),
                ],
                [
                    "gateconnect experiment run cifar10 --only 20,4,8 --budget 4/300",
                    "gateconnect experiment run cifar10-rivals --seeds 1 --budget 4/300 --for 90m",
                    "gateconnect experiment run mini-imagenet --data mini-imagenet --budget 1%",
                ])
            {
                Details = "A run that is finished is left alone, one that another process works on is passed over. Finished runs are copied, without weights, to the results; runs of other recipes or of code that computes something else are never mixed.",
            });
            command.SetAction(Execute);
            return command;
        }

        private int Execute(ParseResult parsed)
        {
            var voice = context.Terminal.Voice(parsed.GetValue(json));
            var (plan, limit) = Resolve(parsed);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.Interruption.Token);
            if (limit is { } span)
            {
                end.CancelAfter(span);
            }
            var progress = new DataProgress(voice);
            var runs = plan.Runs.ToList();
            var runner = new ExperimentRunner(new ResultStore(Folder(parsed.GetValue(results)!)), parsed.GetValue(work)!)
            {
                OnRun = run => voice.Say(runs.FindIndex(other => other.Name == run.Name) is >= 0 and var index ? $"run {index + 1} of {runs.Count}: {run.Name}" : $"first {run.Name}, whose wiring is wanted"),
                OnFinished = run => voice.Say($"finished   top-1 {run.Record.Results!.Test.Top1Percent:0.00} %  {run.Path}"),
                Train = (run, events, cancel) => new TrainingProgress(voice).Train(run, events, cancel),
            };
            var events = new RunEvents { Note = voice.Say, Fetch = progress.Fetch, Load = progress.Load };
            var outcome = runner.Run(plan, parsed.GetValue(data), parsed.GetValue(threads) ?? Environment.ProcessorCount, events, end.Token);
            voice.Say($"{outcome.Finished} of {runs.Count} runs finished{(outcome.Open == 0 ? "" : "; the same command goes on")}; table: gateconnect experiment table {parsed.GetValue(name)}{WithResults(Folder(parsed.GetValue(results)!))}");
            if (parsed.GetValue(json))
            {
                JsonText.Write(context.Terminal.Output, new JsonObject { ["finished"] = outcome.Finished, ["open"] = outcome.Open });
            }
            return context.Interruption.ExitCode ?? ExitCode.Done;
        }

        private (ExperimentPlan Plan, TimeSpan? Limit) Resolve(ParseResult parsed)
        {
            var mistakes = new List<string>();
            var experiment = Collect(mistakes, () => Experiment.Named(parsed.GetRequiredValue(name)));
            var budgets = Collect(mistakes, () => Budgets(parsed, experiment));
            TimeSpan? limit = null;
            Collect(mistakes, () => limit = parsed.GetValue(time) is { } text ? TimeLimit.Parse("--for", text) : null);
            var count = parsed.GetValue(seeds);
            if (count is < 1 or > 1000)
            {
                mistakes.Add($"--seeds: {count} is outside 1 to 1000");
            }
            if (experiment is not null && budgets is not null)
            {
                string[] words = parsed.GetValue(only) ?? [];
                ExperimentCell[] cells = [.. experiment.Cells.Where(cell => words.All(word => Matches(experiment, cell, word)))];
                if (cells.Length == 0)
                {
                    mistakes.Add($"--only: no cell of {experiment.Name} contains {string.Join(" and ", words)}; see 'gateconnect experiment list'");
                }
                mistakes.AddRange(cells.Take(1).Select(cell => cell.Run(budgets[0], 1)).SelectMany(run =>
                    RecipeRules.Mistakes((run.WiringOf ?? run).Recipe with { Threads = parsed.GetValue(threads) })));
                if (mistakes.Count == 0)
                {
                    return (new ExperimentPlan(cells, budgets, count), limit);
                }
            }
            throw new ConfigurationException(mistakes);
        }

        private static bool Matches(Experiment experiment, ExperimentCell cell, string word) =>
            experiment.Cells.Any(other => other.Name == word) ? cell.Name == word : cell.Name.Contains(word, StringComparison.Ordinal);

        private IReadOnlyList<Budget> Budgets(ParseResult parsed, Experiment? experiment)
        {
            var (share, limit, size) = (parsed.GetValue(budget), parsed.GetValue(trainLimit), parsed.GetValue(imageSize));
            return share is null && limit is null && size is null && experiment?.Budgets is { } own
                ? own
                : [(share is null ? new Budget() : Budget.Parse(share)) with { TrainLimit = limit, ImageSize = size }];
        }

        private static T? Collect<T>(List<string> mistakes, Func<T> read)
        {
            try
            {
                return read();
            }
            catch (ConfigurationException failure)
            {
                mistakes.AddRange(failure.Mistakes);
                return default;
            }
        }
    }
}

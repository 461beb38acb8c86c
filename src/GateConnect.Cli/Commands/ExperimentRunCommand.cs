// gateconnect experiment run: what is not finished, seed by seed.
using System.CommandLine;
using System.Text.Json.Nodes;
using GateConnect.Experiments;
using GateConnect.Experiments.Tables;
using GateConnect.Runtime;

namespace GateConnect.Cli.Commands;

/// <summary>Runs the cells of an experiment.</summary>
internal sealed class ExperimentRunCommand
{
    private const string DefaultWork = "runs/experiments";

    private readonly CommandContext context;
    private readonly Argument<string> name = ExperimentOptions.Name();
    private readonly Option<int> seeds = new("--seeds")
    {
        HelpName = "N",
        DefaultValueFactory = _ => 3,
        Description = "Seeds 1 to N of every cell. Default 3.",
    };

    private readonly Option<string?> budget = new("--budget")
    {
        HelpName = "SHARE",
        Description = "Share of the paper's epochs: 0.05, 5% or 15/300. Default 1; cifar10-budget: its own series.",
    };

    private readonly Option<int?> trainLimit = new("--train-limit")
    {
        HelpName = "N",
        Description = "Learn from so many images only, every class alike; the table says so. Default all.",
    };

    private readonly Option<int?> imageSize = new("--image-size")
    {
        HelpName = "PIXELS",
        Description = "Smaller images than the paper's; the table says so. Default the paper's.",
    };

    private readonly Option<string[]> only = ExperimentOptions.Only();
    private readonly Option<string?> time = new("--for")
    {
        HelpName = "TIME",
        Description = "Stop after 45s, 90m or 2h, within a run with a checkpoint; the same command goes on. Default: to the end.",
    };

    private readonly Option<string?> data = new("--data")
    {
        HelpName = "PATH",
        Description = "Where the images are. Default the usual places; the folder experiments need it.",
    };

    private readonly Option<int?> threads = new("--threads")
    {
        HelpName = "N",
        Description = "Threads of libtorch. Default all cores. Two processes with half of them each share the runs.",
    };

    private readonly Option<string> results = ExperimentOptions.Results();
    private readonly Option<string> work = new("--work")
    {
        HelpName = "DIR",
        DefaultValueFactory = _ => DefaultWork,
        Description = $"Where runs in progress lie, weights and checkpoints included. Default {DefaultWork}.",
    };

    private readonly Option<bool> json = RunOptions.JsonOption();

    private ExperimentRunCommand(CommandContext context) => this.context = context;

    /// <summary>The command with its options, help and action.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var owner = new ExperimentRunCommand(context);
        var command = new Command("run", "Runs what is not finished of an experiment, seed by seed; goes on where it was interrupted.") { owner.name };
        pages.Describe(command, new HelpPage(
            [
                new OptionGroup("What", [owner.seeds, owner.only, owner.budget, owner.trainLimit, owner.imageSize]),
                new OptionGroup("Where and how long", [owner.time, owner.data, owner.threads, owner.results, owner.work, owner.json]),
            ],
            [
                "gateconnect experiment run cifar10 --only 20,4,8 --budget 4/300",
                "gateconnect experiment run cifar10-rivals --seeds 1 --budget 4/300 --for 90m",
                "gateconnect experiment run mini-imagenet --data mini-imagenet --budget 1%",
            ])
        {
            Details = "A run that is finished is left alone, one that another process works on is passed over. "
                + "Finished runs are copied, without weights, to the results; "
                + "runs of other recipes or of code that computes something else are never mixed.",
        });
        command.SetAction(owner.Execute);
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
        var folder = ExperimentOptions.Folder(parsed.GetValue(results)!);
        var runner = new ExperimentRunner(new ResultStore(folder), parsed.GetValue(work)!)
        {
            OnRun = run => voice.Say(runs.FindIndex(other => other.Name == run.Name) is >= 0 and var index
                ? $"run {index + 1} of {runs.Count}: {run.Name}"
                : $"first {run.Name}, whose wiring is wanted"),
            OnFinished = run => voice.Say($"finished   top-1 {run.Record.Results!.Test.Top1Percent:0.00} %  {run.Path}"),
            Train = (run, events, cancel) => new TrainingProgress(voice).Train(run, events, cancel),
        };
        var events = new RunEvents { Note = voice.Say, Fetch = progress.Fetch, Load = progress.Load };
        var outcome = runner.Run(plan, parsed.GetValue(data), parsed.GetValue(threads) ?? Environment.ProcessorCount, events, end.Token);
        var next = outcome.Open == 0 ? "" : "; the same command goes on";
        var withResults = ExperimentOptions.WithResults(folder);
        voice.Say($"{outcome.Finished} of {runs.Count} runs finished{next}; table: gateconnect experiment table {parsed.GetValue(name)}{withResults}");
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
            var cells = Collect(mistakes, () => experiment.CellsNamed(parsed.GetValue(only) ?? [])) ?? [];
            mistakes.AddRange(cells.Take(1).Select(cell => cell.Run(budgets[0], 1)).SelectMany(run =>
                RecipeRules.Mistakes((run.WiringOf ?? run).Recipe with { Threads = parsed.GetValue(threads) })));
            if (mistakes.Count == 0)
            {
                return (new ExperimentPlan(cells, budgets, count), limit);
            }
        }
        throw new ConfigurationException(mistakes);
    }

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

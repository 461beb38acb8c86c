// gateconnect train: the main job, from images to a pruned model.
using System.CommandLine;
using System.Text.Json.Nodes;
using GateConnect.Architecture;
using GateConnect.Experiments;
using GateConnect.Reporting;
using GateConnect.Runtime;

namespace GateConnect.Cli.Commands;

/// <summary>Learns connectivity and weights.</summary>
internal sealed class TrainCommand
{
    private readonly CommandContext context;
    private readonly RecipeOptions recipe = new();
    private readonly RunOptions run = new();

    private TrainCommand(CommandContext context) => this.context = context;

    /// <summary>The command with its options, help and action.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var owner = new TrainCommand(context);
        var command = new Command("train", "Learns which branch reads which, together with the weights; prunes what turned out dead.");
        pages.Describe(command, new HelpPage(
            [owner.recipe.Data, owner.recipe.Network, owner.recipe.Training, owner.run.Group, owner.recipe.General],
            [
                "gateconnect train",
                "gateconnect train --dataset cifar10 --data cifar-10-binary.tar.gz --epochs 30 --out runs/cifar",
                "gateconnect train --dataset folder --data photos --image-size 64 --class-weights inverse-frequency",
                "gateconnect train --from resnext50.branches.safetensors --dataset folder --data photos",
                "gateconnect train --resume runs/cifar",
                "gateconnect train --resume runs/cifar --epochs 60 --allow-change training.epochs",
                "gateconnect train --epochs 30 --checkpoint-every 10m --on-divergence rollback",
            ])
        {
            Details = "With nothing else given it learns {20,4,8} with fan-in 4 on Fashion-MNIST "
                + $"({DefaultRecipes.QuickTrainImages} images at {DefaultRecipes.QuickImageSize}x{DefaultRecipes.QuickImageSize} pixels, "
                + $"{DefaultRecipes.QuickEpochs} epochs, no augmentation), in less than five minutes on two cores.",
        });
        command.SetAction(owner.Execute);
        return command;
    }

    private int Execute(ParseResult parsed)
    {
        var voice = context.Terminal.Voice(parsed.GetValue(run.Json));
        var place = RunChoice.Of(parsed, run, recipe, voice);
        if (place.Complete is { } complete)
        {
            voice.Say($"{place.Folder}: complete, nothing to do; top-1 {complete.Results!.Test.Top1Percent:0.00} % on the test images");
            return Document(parsed, complete, place.Folder);
        }
        var cancel = context.Interruption.Token;
        var data = new DataProgress(voice);
        var events = new RunEvents { Note = voice.Say, Fetch = data.Fetch, Load = data.Load };
        using var prepared = RunExecutor.Prepare(
            run.Request(parsed, place.Recipe, place.Folder) with { From = recipe.Source(parsed) }, events, cancel);
        RunOverview.Before(prepared, voice);
        if (!Train(prepared, events, voice) || Finish(prepared, events) is not { } outcome)
        {
            voice.Say($"stopped; a checkpoint is written. Go on with: gateconnect train --resume {place.Folder}");
            return context.Interruption.ExitCode ?? ExitCode.Interrupted;
        }
        RunOverview.After(prepared, outcome, voice);
        return Document(parsed, prepared.Record, place.Folder, outcome);
    }

    private bool Train(PreparedRun prepared, RunEvents events, Voice voice)
    {
        try
        {
            return new TrainingProgress(voice).Train(prepared, events, context.Interruption.Token);
        }
        catch (DivergedException failure)
        {
            throw new DivergedException(
                $"{failure.Message}. The last checkpoint is kept; go on from it with: gateconnect train --resume {prepared.Folder.Path} "
                + "--learning-rate RATE --allow-change training.learningRate, or --on-divergence rollback --allow-change training.onDivergence");
        }
    }

    // Null where a signal came while the test images were measured; training itself was complete.
    private RunOutcome? Finish(PreparedRun prepared, RunEvents events)
    {
        try
        {
            return prepared.Finish(events, context.Interruption.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private int Document(ParseResult parsed, RunRecord record, string folder, RunOutcome? outcome = null)
    {
        if (!parsed.GetValue(run.Json))
        {
            return ExitCode.Done;
        }
        var (recipe, results) = (record.Recipe, record.Results!);
        var document = new JsonObject
        {
            ["runFolder"] = folder,
            ["dataset"] = recipe.Data.Dataset,
            ["network"] = recipe.Network,
            ["connectivity"] = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(recipe.Connectivity)),
            ["fanIn"] = recipe.Rule.FanInOf(NetworkSize.Parse(recipe.Network).Cardinality),
            ["from"] = recipe.From.Sha256 is { } sha256 ? new JsonObject { ["sha256"] = sha256, ["name"] = recipe.From.Name } : null,
            ["epochs"] = recipe.Training.Epochs,
            ["seed"] = recipe.Seed,
            ["top1Percent"] = results.Test.Top1Percent,
            ["top5Percent"] = results.Test.Top5Percent,
            ["loss"] = results.Test.Loss,
            ["images"] = results.Test.Images,
            ["parametersBefore"] = results.Before.Parameters,
            ["parameters"] = results.After.Parameters,
            ["liveBlocks"] = results.LiveBlocks is { } live ? JsonText.List(live) : null,
        };
        if (outcome is not null)
        {
            document["maskedTop1Percent"] = outcome.Masked.Top1Percent;
        }
        JsonText.Write(context.Terminal.Output, document);
        return ExitCode.Done;
    }
}

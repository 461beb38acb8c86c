// gateconnect prune: the plan, the smaller model, and the proof that it computes the same.
using System.CommandLine;
using System.Text.Json.Nodes;
using GateConnect.Experiments;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Runtime;

namespace GateConnect.Cli.Commands;

/// <summary>Prunes a trained network.</summary>
internal sealed class PruneCommand
{
    private readonly CommandContext context;
    private readonly Argument<string> run = new("RUN") { Description = "A run folder, or the .safetensors file of an unpruned network." };
    private readonly ImageOptions images = new();
    private readonly Option<bool> json = RunOptions.JsonOption();
    private readonly Option<bool> planOnly = new("--plan") { Description = "Print the plan and write nothing; needs no images." };
    private readonly Option<string?> output = new("--out")
    {
        HelpName = "FILE",
        Description = "Where the smaller model goes. Default model.safetensors in the run folder.",
    };

    private PruneCommand(CommandContext context) => this.context = context;

    /// <summary>The command with its options, help and action.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var owner = new PruneCommand(context);
        var command = new Command(
            "prune",
            "Prints which blocks are dead, writes the network without them, and proves on real images that it computes the same.")
        {
            owner.run,
        };
        pages.Describe(command, new HelpPage(
            [owner.images.Group, new OptionGroup("Output", [owner.output, owner.planOnly, owner.json])],
            [
                "gateconnect prune runs/cifar --plan",
                "gateconnect prune runs/cifar",
                "gateconnect prune runs/cifar/unpruned.safetensors --out small.safetensors",
            ]));
        command.SetAction(owner.Execute);
        return command;
    }

    private int Execute(ParseResult parsed)
    {
        var voice = context.Terminal.Voice(parsed.GetValue(json));
        var saved = SavedModel.Unpruned(parsed.GetRequiredValue(run));
        var source = images.Begin(parsed);
        using var model = ModelFile.Load(saved.Path);
        if (model.Network is not BranchNetwork masked || model.Header.Connectivity is not { } wiring)
        {
            throw new ConfigurationException($"{saved.Path}: a ResNeXt, in which every block is read; there is nothing to prune");
        }
        var plan = PrunePlan.From(model.Header.Blueprint, wiring, model.Header.Affine);
        RunOverview.Lines(voice, plan.ToString());
        var document = Document(plan);
        if (!parsed.GetValue(planOnly))
        {
            Write(parsed, saved, masked, new Smaller(plan, model.Header, source), document);
        }
        if (parsed.GetValue(json))
        {
            JsonText.Write(context.Terminal.Output, document);
        }
        return ExitCode.Done;
    }

    private void Write(ParseResult parsed, SavedModel saved, BranchNetwork masked, Smaller smaller, JsonObject document)
    {
        var voice = context.Terminal.Voice(parsed.GetValue(json));
        var target = parsed.GetValue(output) ?? saved.Folder?.ModelPath
            ?? throw new ConfigurationException("--out: missing; a model file by itself has no run folder to write to");
        using var claim = saved.Folder?.Lock();
        using var pruned = Pruner.Apply(smaller.Plan, masked);
        var test = saved.TestImages(smaller.Header, smaller.Images, context, voice);
        var check = PruneVerifier.Check(masked, pruned, ProofBatches.Of(test, smaller.Header.Normalization, masked));
        ModelFile.Save(target, pruned, smaller.Header with { Blueprint = smaller.Plan.Pruned, Connectivity = smaller.Plan.PrunedConnectivity });
        voice.Say($"equal on {check.Images} real images: logits differ by {check.MaxAbsoluteDifference:0.0e+0} at most");
        voice.Say($"written: {target}");
        document["images"] = check.Images;
        document["maxAbsoluteDifference"] = check.MaxAbsoluteDifference;
        document["model"] = target;
    }

    private static JsonObject Document(PrunePlan plan) => new()
    {
        ["parametersBefore"] = plan.Before.Parameters,
        ["parameters"] = plan.After.Parameters,
        ["multiplyAddsBefore"] = plan.Before.MultiplyAdds,
        ["multiplyAdds"] = plan.After.MultiplyAdds,
        ["liveBlocks"] = JsonText.List(plan.Modules.Select(module => module.Kept.Length)),
        ["deadBlocks"] = new JsonArray([.. plan.Modules.Select(module => JsonText.List(module.Dropped))]),
    };

    private sealed record Smaller(PrunePlan Plan, ModelHeader Header, ImageSource Images);
}

// gateconnect inspect: what a network is and costs, from a run or from its size alone.
using System.CommandLine;
using System.Text.Json.Nodes;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Cli.Commands;

/// <summary>Describes networks.</summary>
internal sealed class InspectCommand
{
    private readonly CommandContext context;
    private readonly Argument<string?> run = new("RUN")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "A run folder or a .safetensors file; or give --network.",
    };

    private readonly Option<string?> network = new("--network")
    {
        HelpName = "D,W,C",
        Description = "Depth, bottleneck width, cardinality of a network that need not exist.",
    };

    private readonly Option<int?> classes = new("--classes") { HelpName = "N", Description = "Default 10, or 1000 for depth 50, 101 and 152." };
    private readonly Option<int?> imageSize = new("--image-size") { HelpName = "PIXELS", Description = "Default 32, or 224 for depth 50, 101 and 152." };
    private readonly Option<string?> connectivity = new("--connectivity")
    {
        HelpName = "KIND",
        Description = "full (ResNeXt), full-branches, random, regular or learned. Default learned.",
    };

    private readonly Option<int?> fanIn = new("--fan-in") { HelpName = "K", Description = "Branches that each block reads. Default half of C." };
    private readonly Option<bool> json = RunOptions.JsonOption();

    private InspectCommand(CommandContext context) => this.context = context;

    /// <summary>The command with its options, help and action.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var owner = new InspectCommand(context);
        var command = new Command(
            "inspect",
            "Shows a network: modules, shapes, parameters, multiply-adds, activation memory; of a run also who reads whom and what is dead.")
        {
            owner.run,
        };
        pages.Describe(command, new HelpPage(
            [
                new OptionGroup("Network", [owner.network, owner.classes, owner.imageSize, owner.connectivity, owner.fanIn]),
                new OptionGroup("Output", [owner.json]),
            ],
            [
                "gateconnect inspect runs/cifar",
                "gateconnect inspect --network 29,64,8 --classes 100",
                "gateconnect inspect --network 50,4,32 --connectivity full --json",
            ]));
        command.SetAction(owner.Execute);
        return command;
    }

    private int Execute(ParseResult parsed)
    {
        var given = parsed.GetValue(run);
        if (given is null == parsed.GetValue(network) is null)
        {
            throw new ConfigurationException("expected a RUN or --network D,W,C, one of the two");
        }
        return given is null ? Plan(parsed) : Saved(parsed, given);
    }

    private int Plan(ParseResult parsed)
    {
        var mistakes = new List<string>();
        var edits = new (Option Option, string Path, string? Text)[]
        {
            (network, "network", parsed.GetValue(network)),
            (connectivity, "connectivity", parsed.GetValue(connectivity)),
            (fanIn, "fanIn", parsed.GetValue(fanIn)?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        };
        var recipe = new Recipe();
        foreach (var (option, path, text) in edits.Where(edit => edit.Text is not null))
        {
            try
            {
                recipe = RecipeEditing.Set(recipe, $"{path}={text}").Recipe;
            }
            catch (ConfigurationException exception)
            {
                mistakes.AddRange(exception.Mistakes.Select(mistake => mistake.Replace($"--set {path}:", $"{option.Name}:", StringComparison.Ordinal)));
            }
        }
        mistakes.AddRange(Experiments.RecipeRules.Mistakes(recipe));
        if (mistakes.Count > 0)
        {
            throw new ConfigurationException(mistakes);
        }
        var size = NetworkSize.Parse(recipe.Network);
        var side = parsed.GetValue(imageSize) ?? (size.IsLargeImageFamily ? 224 : 32);
        var blueprint = NetworkBlueprint.Create(size, new ImageShape(3, side, side), parsed.GetValue(classes) ?? (size.IsLargeImageFamily ? 1000 : 10));
        var table = NetworkTable.Of(blueprint, recipe.Rule, recipe.LastNormAffine);
        context.Terminal.Output.Write(parsed.GetValue(json) ? table.ToJson() : table.Write(context.Terminal.Width));
        return ExitCode.Done;
    }

    private int Saved(ParseResult parsed, string given)
    {
        if (new Option[] { classes, imageSize, connectivity, fanIn }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } option)
        {
            throw new ConfigurationException($"{option.Name}: goes with --network; a run has its own");
        }
        var saved = SavedModel.Pruned(given);
        var header = ModelFile.ReadHeader(saved.Path);
        var rule = header.Form == NetworkForm.ResNeXt ? ConnectivityRule.Full
            : saved.Record?.Recipe.Rule
                ?? (header.FanIn == header.Blueprint.Size.Cardinality ? ConnectivityRule.FullBranches : ConnectivityRule.Random(header.FanIn));
        var table = NetworkTable.Of(header.Blueprint, rule, header.Affine);
        var whole = saved.Folder is { } folder && File.Exists(folder.UnprunedModelPath) ? ModelFile.ReadHeader(folder.UnprunedModelPath) : header;
        if (parsed.GetValue(json))
        {
            JsonText.Write(context.Terminal.Output, Document(table, whole));
            return ExitCode.Done;
        }
        context.Terminal.Output.Write(table.Write(context.Terminal.Width));
        if (whole.Connectivity is { } wiring)
        {
            context.Terminal.Output.Write($"\nwiring before pruning\n\n{WiringTable.Write(whole.Blueprint, wiring)}");
        }
        return ExitCode.Done;
    }

    private static JsonObject Document(NetworkTable table, ModelHeader whole)
    {
        var document = JsonNode.Parse(table.ToJson())!.AsObject();
        if (whole.Connectivity is { } wiring)
        {
            var plan = PrunePlan.From(whole.Blueprint, wiring, whole.Affine);
            document["liveBlocks"] = JsonText.List(plan.Modules.Select(module => module.Kept.Length));
            document["deadBlocks"] = new JsonArray([.. plan.Modules.Select(module => JsonText.List(module.Dropped))]);
            document["connectivity"] = JsonNode.Parse(ConnectivityJson.Write(wiring));
        }
        return document;
    }
}

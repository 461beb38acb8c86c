// gateconnect import: a ResNeXt that another tool trained, as a model that every command reads and training goes on from.
using System.CommandLine;
using System.Text.Json.Nodes;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Export;
using GateConnect.Model;
using GateConnect.Runtime;

namespace GateConnect.Cli.Commands;

/// <summary>Imports pretrained weights.</summary>
internal sealed class ImportCommand
{
    private const long LongestLabels = 16 << 20;

    private readonly CommandContext context;
    private readonly Argument<string> file = new("FILE")
    {
        Description = "A safetensors file with the weights of a ResNeXt, as torchvision or timm name them; F16, BF16, F32 or F64.",
    };

    private readonly Option<string> network = new("--network")
    {
        HelpName = "D,W,C",
        Required = true,
        Description = "Depth, bottleneck width, cardinality: 50,4,32 is resnext50_32x4d, 101,4,64 is resnext101_64x4d.",
    };

    private readonly Option<int?> classes = new("--classes")
    {
        HelpName = "N",
        Description = "Refuse a head with another number of classes. Default as many as the head has.",
    };

    private readonly Option<int?> imageSize = new("--image-size")
    {
        HelpName = "PIXELS",
        Description = "Side of the images it was trained on. Default 224 for depth 50, 101 and 152, else 32.",
    };

    private readonly Option<string> mean = new("--mean")
    {
        HelpName = "M,M,M",
        DefaultValueFactory = _ => Numbers(0),
        Description = $"Mean of the pixels it was trained on, in units of [0, 1], one per channel. Default ImageNet's, {Numbers(0)}.",
    };

    private readonly Option<string> std = new("--std")
    {
        HelpName = "S,S,S",
        DefaultValueFactory = _ => Numbers(1),
        Description = $"Their deviation. Default ImageNet's, {Numbers(1)}.",
    };

    private readonly Option<string?> labels = new("--labels")
    {
        HelpName = "FILE",
        Description = "Names of the classes, one per line, in the order of the logits. Default their numbers from 0.",
    };

    private readonly Option<string> dataset = new("--dataset")
    {
        HelpName = "NAME",
        DefaultValueFactory = _ => DatasetKind.Folder.Text(),
        Description = "What it was trained on, which evaluate, export and prune look for: "
            + $"one of {string.Join(", ", Enum.GetValues<DatasetKind>().Select(kind => kind.Text()))}. Default folder.",
    };

    private readonly Option<string?> output = new("--out")
    {
        HelpName = "FILE",
        Description = "The model file. Default NAME.branches.safetensors in this folder.",
    };

    private readonly Option<bool> json = RunOptions.JsonOption();

    private ImportCommand(CommandContext context) => this.context = context;

    /// <summary>The command with its options, help and action.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var owner = new ImportCommand(context);
        var command = new Command(
            "import",
            "Turns pretrained weights of a ResNeXt into a network of branches with all gates open, which computes the same.")
        {
            owner.file,
        };
        pages.Describe(command, new HelpPage(
            [
                new OptionGroup("Network", [owner.network, owner.classes]),
                new OptionGroup("Images", [owner.imageSize, owner.mean, owner.std, owner.labels, owner.dataset]),
                new OptionGroup("Output", [owner.output, owner.json]),
            ],
            [
                "gateconnect import resnext50_32x4d.safetensors --network 50,4,32 --labels imagenet-classes.txt",
                "gateconnect train --from resnext50_32x4d.branches.safetensors --dataset folder --data photos",
                "gateconnect import small.safetensors --network 29,8,8 --mean 0.49,0.48,0.45 --std 0.25,0.24,0.26",
            ])
        {
            Details = "Every tensor that is missing, surplus or misshapen is named, and the file refused with exit code 4. docs/pretrained.md "
                + "says how to make such a file, and how its connectivity is learned.",
        });
        command.SetAction(owner.Execute);
        return command;
    }

    private int Execute(ParseResult parsed)
    {
        var voice = context.Terminal.Voice(parsed.GetValue(json));
        var source = parsed.GetRequiredValue(file);
        var options = Options(parsed);
        var target = parsed.GetValue(output) ?? $"{Path.GetFileNameWithoutExtension(source)}.branches.safetensors";
        using var model = PretrainedResNeXt.Read(source, options);
        ModelFile.Save(target, model.Network, model.Header);
        var cost = CostModel.Of(model.Header.Blueprint, NetworkForm.Branches, model.Header.Affine);
        var fingerprint = ModelFile.ReadFingerprint(target);
        var modules = FormattableString.Invariant($"{model.Header.Blueprint.Modules.Count} modules of {options.Size.Cardinality} blocks");
        var task = FormattableString.Invariant($"{model.Header.Blueprint.Classes} classes, images of {model.Header.Blueprint.Image}");
        voice.Fact("network", $"{{{options.Size}}}: {modules}, all gates open, {cost.Parameters:N0} parameters, {task}");
        voice.Fact("written", $"{target} (SHA-256 {fingerprint})");
        voice.Say($"learn its connectivity with: gateconnect train --from {target} --dataset NAME --data PATH");
        if (parsed.GetValue(json))
        {
            JsonText.Write(context.Terminal.Output, new JsonObject
            {
                ["model"] = target,
                ["sha256"] = fingerprint,
                ["network"] = options.Size.ToString(),
                ["classes"] = model.Header.Blueprint.Classes,
                ["imageSize"] = model.Header.Blueprint.Image.Height,
                ["parameters"] = cost.Parameters,
            });
        }
        return ExitCode.Done;
    }

    private PretrainedOptions Options(ParseResult parsed)
    {
        var mistakes = new List<string>();
        var size = Collect("", () => NetworkSize.Parse(parsed.GetRequiredValue(network)), mistakes);
        var normalization = Collect("--mean, --std: ", () => Normalization.Parse($"{parsed.GetValue(mean)}/{parsed.GetValue(std)}"), mistakes);
        var kind = Collect("--", () => DatasetKinds.Parse(parsed.GetValue(dataset)!), mistakes);
        var names = parsed.GetValue(labels) is { } list ? Collect("--labels: ", () => ReadLabels(list), mistakes) : null;
        if (parsed.GetValue(imageSize) is { } side && side is < 8 or > ImageFolderOptions.LargestImageSize)
        {
            mistakes.Add($"--image-size: {side} is outside 8 to {ImageFolderOptions.LargestImageSize}");
        }
        if (parsed.GetValue(classes) < 2)
        {
            mistakes.Add($"--classes: {parsed.GetValue(classes)} is fewer than 2");
        }
        if (IsSame(parsed.GetRequiredValue(file), parsed.GetValue(output)))
        {
            mistakes.Add($"--out: {parsed.GetValue(output)} is the file to import; name another");
        }
        return mistakes.Count > 0 ? throw new ConfigurationException(mistakes) : new PretrainedOptions(size)
        {
            ImageSize = parsed.GetValue(imageSize),
            Normalization = normalization!,
            Classes = parsed.GetValue(classes),
            ClassNames = names,
            Dataset = kind.Text(),
        };
    }

    private static T? Collect<T>(string prefix, Func<T> read, List<string> mistakes)
    {
        try
        {
            return read();
        }
        catch (ConfigurationException exception)
        {
            mistakes.AddRange(exception.Mistakes.Select(mistake => prefix + mistake));
            return default;
        }
    }

    private static string[] ReadLabels(string path)
    {
        try
        {
            return new FileInfo(path).Length <= LongestLabels
                ? [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)]
                : throw new DataException($"{path}: has more than {LongestLabels >> 20} MiB, expected names of classes, one per line");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: cannot be read: {failure.Message}", failure);
        }
    }

    private static bool IsSame(string source, string? target) => target is not null && Path.GetFullPath(source) == Path.GetFullPath(target);

    private static string Numbers(int part) => PretrainedOptions.ImageNet.ToString().Split('/')[part];
}

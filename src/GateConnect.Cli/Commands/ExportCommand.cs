// gateconnect export: a network as a file that other software runs, proved before it gets its name.
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using GateConnect.Experiments;
using GateConnect.Export;
using GateConnect.Model;
using GateConnect.Reporting;
using GateConnect.Runtime;

namespace GateConnect.Cli.Commands;

/// <summary>Exports a network.</summary>
internal sealed class ExportCommand
{
    private const string Dynamic = "dynamic";

    private readonly CommandContext context;
    private readonly Argument<string> run = new("RUN") { Description = "A run folder (its pruned model is exported), or a .safetensors file." };
    private readonly Option<string?> onnx = new("--onnx") { HelpName = "FILE", Description = "Write ONNX, checked with ONNX Runtime on real images first." };
    private readonly Option<string?> safetensors = new("--safetensors")
    {
        HelpName = "FILE",
        Description = "Write a copy of the model file; its checksum is verified.",
    };
    private readonly Option<string?> dot = new("--dot")
    {
        HelpName = "FILE",
        Description = "Write which block reads which, for GraphViz; dead blocks, where the model still has them, are dashed.",
    };
    private readonly Option<string> batch = new("--batch")
    {
        HelpName = "dynamic|N",
        DefaultValueFactory = _ => Dynamic,
        Description = "Images per batch: any number, or N always. Default dynamic.",
    };
    private readonly Option<bool> noNormalization = new("--no-normalization")
    {
        Description = "Read normalised float32 [N, channels, H, W]. Default uint8 pixels [N, H, W, channels], normalised inside.",
    };
    private readonly Option<bool> unfolded = new("--unfolded")
    {
        Description = "Keep batch norms as nodes, for comparison. Default folded into the convolutions.",
    };
    private readonly Option<bool> softmax = new("--softmax") { Description = "Give probabilities too. Default logits alone." };
    private readonly Option<int> checkImages = new("--check-images")
    {
        HelpName = "N",
        DefaultValueFactory = _ => 1000,
        Description = "Test images of the check, from all over the dataset; at most as many as there are. Default 1000.",
    };
    private readonly ImageOptions images = new();
    private readonly Option<bool> json = RunOptions.JsonOption();

    private ExportCommand(CommandContext context) => this.context = context;

    /// <summary>The command with its options, help and action.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var owner = new ExportCommand(context);
        var command = new Command(
            "export",
            "Writes a trained network as ONNX, without its dead blocks, "
            + "and proves on real images that ONNX Runtime computes the same; or its wiring for GraphViz.")
        {
            owner.run,
        };
        pages.Describe(command, new HelpPage(
            [
                new OptionGroup("Output", [owner.onnx, owner.safetensors, owner.dot, owner.json]),
                new OptionGroup("ONNX", [owner.batch, owner.noNormalization, owner.unfolded, owner.softmax, owner.checkImages]),
                owner.images.Group,
            ],
            [
                "gateconnect export runs/cifar --onnx cifar.onnx",
                "gateconnect export runs/cifar --onnx cifar.onnx --batch 1 --softmax",
                "gateconnect export runs/cifar/unpruned.safetensors --onnx float.onnx --no-normalization",
                "gateconnect export runs/cifar --dot cifar.dot",
            ])
        {
            Details = "A file that differs by more than 1e-4 of the largest logit is refused with exit code 7 and gets no name. "
                + "docs/onnx.md says what is in the file.",
        });
        command.SetAction(owner.Execute);
        return command;
    }

    private int Execute(ParseResult parsed)
    {
        var voice = context.Terminal.Voice(parsed.GetValue(json));
        var options = Options(parsed);
        var saved = SavedModel.Pruned(parsed.GetRequiredValue(run));
        var source = images.Begin(parsed);
        using var model = ModelFile.Load(saved.Path);
        var graph = parsed.GetValue(dot) is null ? null : Graph(model.Header, saved.Path);
        var document = new JsonObject();
        if (parsed.GetValue(onnx) is { } file)
        {
            var proof = ProofBatches.Spread(saved.TestImages(model.Header, source, context, voice), parsed.GetValue(checkImages));
            var provenance = saved.Record is { } record ? RunProvenance.Of(record) : options.Provenance;
            var parity = OnnxExporter.Save(file, model, proof, options with { Provenance = provenance, Cancellation = context.Interruption.Token });
            Tell(file, parity, voice, document);
        }
        if (parsed.GetValue(safetensors) is { } copy)
        {
            ModelFile.Save(copy, model.Network, model.Header);
            voice.Say($"written: {copy}");
            document["safetensors"] = copy;
        }
        if (parsed.GetValue(dot) is { } drawing)
        {
            AtomicFile.WriteAllText(drawing, graph!);
            voice.Say($"written: {drawing}");
            document["dot"] = drawing;
        }
        if (parsed.GetValue(json))
        {
            JsonText.Write(context.Terminal.Output, document);
        }
        return ExitCode.Done;
    }

    private OnnxOptions Options(ParseResult parsed)
    {
        var mistakes = new List<string>();
        if (parsed.GetValue(onnx) is null && parsed.GetValue(safetensors) is null && parsed.GetValue(dot) is null)
        {
            mistakes.Add("export: nothing to write; name a file by --onnx, --safetensors or --dot");
        }
        if (parsed.GetValue(checkImages) < 1)
        {
            mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"--check-images: {parsed.GetValue(checkImages)} is outside 1 up"));
        }
        var (text, size) = (parsed.GetValue(batch), 0);
        if (text != Dynamic && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size) || size is < 1 or > OnnxOptions.LargestBatch))
        {
            mistakes.Add($"--batch: '{text}' is neither {Dynamic} nor a number from 1 to {OnnxOptions.LargestBatch}");
        }
        return mistakes.Count > 0 ? throw new ConfigurationException(mistakes) : new OnnxOptions
        {
            BatchSize = text == Dynamic ? null : size,
            Input = parsed.GetValue(noNormalization) ? OnnxInput.Normalized : OnnxInput.Pixels,
            Norms = parsed.GetValue(unfolded) ? OnnxNorms.Nodes : OnnxNorms.Folded,
            Output = parsed.GetValue(softmax) ? OnnxOutput.Probabilities : OnnxOutput.Logits,
        };
    }

    // Asked for before anything is written, so that a refusal leaves nothing behind.
    private static string Graph(ModelHeader header, string path) => header.Connectivity is { } wiring
        ? ConnectivityDot.Write(header.Blueprint, wiring)
        : throw new ConfigurationException($"--dot: {path} is a ResNeXt as published, in which there is no wiring to draw");

    private static void Tell(string file, OnnxParity parity, Voice voice, JsonObject document)
    {
        var (bytes, relative) = (new FileInfo(file).Length, parity.MaxAbsoluteDifference / parity.LogitScale);
        var (torch, onnx) = (100.0 * parity.TorchCorrect / parity.Images, 100.0 * parity.OnnxCorrect / parity.Images);
        voice.Say($"equal on {parity.Images} real images: logits differ by {parity.MaxAbsoluteDifference:0.0e+0} at most, {relative:0.0e+0} of the largest");
        voice.Say($"top-1 on them {torch:0.00} % by torch, {onnx:0.00} % by ONNX Runtime");
        voice.Say($"written: {file}, {bytes:N0} bytes");
        document["onnx"] = file;
        document["bytes"] = bytes;
        document["images"] = parity.Images;
        document["maxAbsoluteDifference"] = parity.MaxAbsoluteDifference;
        document["maxRelativeDifference"] = relative;
        document["top1Percent"] = torch;
        document["onnxTop1Percent"] = onnx;
    }
}

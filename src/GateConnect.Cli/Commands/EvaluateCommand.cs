// gateconnect evaluate: a saved network on its test images.
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using GateConnect.Model;
using GateConnect.Training;

namespace GateConnect.Cli.Commands;

/// <summary>Measures a model.</summary>
internal static class EvaluateCommand
{
    private const int MostConfusionClasses = 20;

    /// <summary>The command with its options, help and action.</summary>
    public static Command Build(CommandContext context, HelpPages pages)
    {
        var run = new Argument<string>("RUN") { Description = "A run folder (its pruned model is measured), or a .safetensors file." };
        var images = new ImageOptions();
        var wiring = new WiringOptions();
        var json = RunOptions.JsonOption();
        var command = new Command("evaluate", "Measures a saved network on the test images: top-1, top-5, loss, every class, confusion matrix.") { run };
        pages.Describe(command, new HelpPage(
            [images.Group, wiring.Group, new OptionGroup("Output", [json])],
            [
                "gateconnect evaluate runs/cifar",
                "gateconnect evaluate runs/cifar/unpruned.safetensors --data cifar-10-binary.tar.gz",
                "gateconnect evaluate runs/cifar --json",
                "gateconnect evaluate runs/cifar --wiring all --draws 5",
            ]));
        command.SetAction(parsed =>
        {
            var voice = context.Terminal.Voice(parsed.GetValue(json));
            var document = wiring.Read(parsed) is { } choice
                ? new WiringEvaluation(context, choice, voice).Run(SavedModel.Unpruned(parsed.GetRequiredValue(run)), images.Begin(parsed))
                : Measure(context, SavedModel.Pruned(parsed.GetRequiredValue(run)), images.Begin(parsed), voice);
            if (parsed.GetValue(json))
            {
                JsonText.Write(context.Terminal.Output, document);
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static JsonObject Measure(CommandContext context, SavedModel saved, ImageSource source, Voice voice)
    {
        using var model = ModelFile.Load(saved.Path);
        var test = saved.TestImages(model.Header, source, context, voice);
        var evaluation = Evaluator.Run(model.Network, test, model.Header.Normalization, context.Interruption.Token);
        Say(voice, saved.Path, evaluation, model.Header.ClassNames);
        return Document(evaluation, model.Header.ClassNames);
    }

    private static JsonObject Document(Evaluation evaluation, IReadOnlyList<string> names)
    {
        var percents = evaluation.PerClassPercent();
        return new JsonObject
        {
            ["top1Percent"] = evaluation.Top1Percent,
            ["top5Percent"] = evaluation.Top5Percent,
            ["loss"] = JsonText.Finite(evaluation.Loss),
            ["images"] = evaluation.Images,
            ["perClass"] = new JsonArray([.. names.Select((name, label) => new JsonObject
            {
                ["name"] = name,
                ["top1Percent"] = JsonText.Finite(percents[label]),
                ["images"] = evaluation.Confusion[label].Sum(),
            })]),
            ["confusion"] = new JsonArray([.. evaluation.Confusion.Select(JsonText.List)]),
        };
    }

    private static void Say(Voice voice, string path, Evaluation evaluation, IReadOnlyList<string> names)
    {
        voice.Fact("model", $"{path}");
        voice.Fact(
            "test",
            $"top-1 {evaluation.Top1Percent:0.00} %, top-5 {evaluation.Top5Percent:0.00} %, loss {evaluation.Loss:0.0000} on {evaluation.Images} images");
        voice.Say("");
        var (percents, width) = (evaluation.PerClassPercent(), names.Max(name => name.Length));
        for (var label = 0; label < names.Count; label++)
        {
            var percent = double.IsNaN(percents[label]) ? "no image" : string.Create(CultureInfo.InvariantCulture, $"{percents[label],6:0.00} %");
            voice.Say($"{label,3}  {names[label].PadRight(width)}  {percent} of {evaluation.Confusion[label].Sum()}");
        }
        if (names.Count <= MostConfusionClasses)
        {
            voice.Say("");
            voice.Say("confusion: a row per true class, a column per predicted one");
            var cell = Math.Max(3, evaluation.Confusion.Max(row => row.Max()).ToString(CultureInfo.InvariantCulture).Length);
            voice.Say("     " + string.Join(' ', Enumerable.Range(0, names.Count).Select(label => label.ToString(CultureInfo.InvariantCulture).PadLeft(cell))));
            for (var label = 0; label < names.Count; label++)
            {
                var counts = evaluation.Confusion[label].Select(count => count.ToString(CultureInfo.InvariantCulture).PadLeft(cell));
                voice.Say($"{label,3}  " + string.Join(' ', counts));
            }
        }
    }
}

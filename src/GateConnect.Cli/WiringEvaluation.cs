// `evaluate --wiring`: a run's weights under the wiring that was learned, under chance, and under what was liked least.
using System.Globalization;
using System.Text.Json.Nodes;
using GateConnect.Experiments;
using GateConnect.Model;
using GateConnect.Reporting;
using GateConnect.Runtime;

namespace GateConnect.Cli;

/// <summary>Measures a run under chosen wirings.</summary>
internal sealed class WiringEvaluation(CommandContext context, WiringChoice choice, Voice voice)
{
    /// <summary>Measures, tells, and returns the JSON document.</summary>
    /// <param name="saved">The run's network before pruning.</param>
    /// <param name="images">Where its images are looked for.</param>
    /// <exception cref="ConfigurationException">The run has learned no gates.</exception>
    /// <exception cref="DataException">The diary is of another network, or images are missing.</exception>
    public JsonObject Run(SavedModel saved, ImageSource images)
    {
        var diary = LearnedGates(saved);
        using var model = ModelFile.Load(saved.Path);
        if (model.Network is not BranchNetwork network || !diary.Fits(network.Blueprint))
        {
            throw new DataException($"{saved.Folder!.ConnectivityPath}: its gates do not fit the network in {saved.Path}");
        }
        var data = saved.AllImages(model.Header, images, context, voice);
        var control = new WiringControl(network.Blueprint, diary.Epochs[^1], new Seeds(choice.Seed));
        var training = data.Training with { Normalization = model.Header.Normalization };
        var trial = new WiringTrial(network, training, data.Test, saved.Record!.Recipe.Training.BatchSize, choice.Statistics);
        Introduce(saved, control, trial);
        var results = new List<WiringResult>();
        foreach (var kind in choice.Kinds)
        {
            results.Add(trial.Measure(control, kind, choice.Draws, context.Interruption.Token));
            Say(results[^1]);
        }
        if (OrderHolds(results) is { } holds)
        {
            voice.Say(holds
                ? "order      holds: learned above the mean of random, and that above reversed"
                : "order      does not hold: expected learned above random above reversed");
        }
        return Document(control, trial, results);
    }

    private static GateDiary LearnedGates(SavedModel saved)
    {
        if (saved.Folder is not { } folder)
        {
            throw new ConfigurationException($"--wiring: {saved.Path} is a file by itself; name the run folder, whose connectivity.json has the gates");
        }
        var diary = GateDiary.Read(folder.ConnectivityPath);
        return diary.Epochs.Length > 0
            ? diary
            : throw new ConfigurationException(
                $"--wiring: {folder.Path} has learned no gates (its rule is {saved.Record!.Recipe.Rule}); only --connectivity learned does");
    }

    private void Introduce(SavedModel saved, WiringControl control, WiringTrial trial)
    {
        voice.Fact("model", $"{saved.Path}, gates of epoch {control.Gates.Epoch}, fan-in {control.FanIn} of {control.Blueprint.Size.Cardinality}");
        var statistics = choice.Statistics == NormSource.Kept
            ? "of the norms: kept as saved"
            : $"of the norms: measured under each wiring on {WiringTrial.StatisticsBatches} batches "
                + $"of {Math.Min(trial.BatchSize, trial.Training.Train.Count)} training images";
        voice.Fact("statistics", $"{statistics}");
        voice.Fact("test", $"{trial.Test.Count} images");
    }

    private void Say(WiringResult result)
    {
        var spread = result.Draws.Count > 1
            ? string.Create(CultureInfo.InvariantCulture, $" +- {result.StdTop1Percent:0.00} ({result.Draws.Count} draws, seed {choice.Seed})")
            : "";
        var top1 = FormattableString.Invariant($"{result.Top1Percent:0.00} %{spread}");
        var shared = 100 * result.Draws.Average(draw => draw.SharedWithLearned);
        voice.Fact(
            WiringOptions.Word(result.Kind),
            $"top-1 {top1}, top-5 {result.Top5Percent:0.00} %, loss {result.Loss:0.0000}, {shared:0} % of the learned connections");
    }

    private static bool? OrderHolds(List<WiringResult> results)
    {
        double? Of(WiringKind kind) => results.FirstOrDefault(result => result.Kind == kind)?.Top1Percent;
        return Of(WiringKind.Learned) is { } learned && Of(WiringKind.Random) is { } random && Of(WiringKind.Reversed) is { } reversed
            ? learned > random && random > reversed
            : null;
    }

    // The four numbers at the top are those that `evaluate --json` always has: of the first wiring measured.
    private JsonObject Document(WiringControl control, WiringTrial trial, List<WiringResult> results) => new()
    {
        ["top1Percent"] = results[0].Top1Percent,
        ["top5Percent"] = results[0].Top5Percent,
        ["loss"] = JsonText.Finite(results[0].Loss),
        ["images"] = trial.Test.Count,
        ["fanIn"] = control.FanIn,
        ["gatesOfEpoch"] = control.Gates.Epoch,
        ["wiringSeed"] = choice.Seed,
        ["statistics"] = WiringOptions.Word(choice.Statistics),
        ["wirings"] = new JsonArray([.. results.Select(result => new JsonObject
        {
            ["wiring"] = WiringOptions.Word(result.Kind),
            ["top1Percent"] = result.Top1Percent,
            ["stdTop1Percent"] = JsonText.Finite(result.StdTop1Percent),
            ["top5Percent"] = result.Top5Percent,
            ["loss"] = JsonText.Finite(result.Loss),
            ["draws"] = new JsonArray([.. result.Draws.Select(draw => new JsonObject
            {
                ["top1Percent"] = draw.Evaluation.Top1Percent,
                ["top5Percent"] = draw.Evaluation.Top5Percent,
                ["loss"] = JsonText.Finite(draw.Evaluation.Loss),
                ["sharedWithLearned"] = draw.SharedWithLearned,
            })]),
        })]),
        ["orderHolds"] = OrderHolds(results),
    };
}

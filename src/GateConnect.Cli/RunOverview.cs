// What `train` says before the first step and after the last.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Experiments;
using GateConnect.Reporting;
using GateConnect.Training;

namespace GateConnect.Cli;

/// <summary>A run in words.</summary>
internal static class RunOverview
{
    /// <summary>What was found and what will be done.</summary>
    public static void Before(PreparedRun run, Voice voice)
    {
        var (recipe, train) = (run.Record.Recipe, run.Data.Training.Train);
        var kind = FormattableString.Invariant($"{train.Shape}, {train.ClassNames.Count} classes");
        voice.Fact("data", $"{train.Name}: {train.Count} images to learn from, {run.Data.Test.Count} to test on, {kind} ({run.Data.Source})");
        if (run.Data.Training.Held is { } held)
        {
            voice.Fact("held out", $"{held.Count} training images, to choose options on");
        }
        var balance = ClassBalance.Of(train);
        var counts = balance.Counts;
        voice.Fact("classes", $"{balance.Describe() ?? Range(counts)}");
        var table = NetworkTable.Of(run.Blueprint, recipe.Rule, recipe.LastNormAffine);
        var modules = FormattableString.Invariant($"{table.Modules} modules of {run.Blueprint.Modules[0].Blocks} blocks");
        voice.Fact(
            "network",
            $"{{{recipe.Network}}}: {modules}, {table.Parameters:N0} parameters, {table.MultiplyAdds:N0} multiply-adds per image");
        voice.Fact("wiring", $"{Wiring(run)}");
        voice.Fact("run folder", $"{run.Folder.Path}");
    }

    /// <summary>What was learned, what was pruned, what it is worth and where it lies.</summary>
    public static void After(PreparedRun run, RunOutcome outcome, Voice voice)
    {
        voice.Say("");
        if (outcome is { Wiring: { } wiring, Plan: { } plan })
        {
            Lines(voice, WiringTable.Write(run.Blueprint, wiring));
            var epochs = MetricsLog.Read(run.Folder.MetricsPath);
            foreach (var sentence in GateHealth.Judge(epochs, wiring.Modules.FirstOrDefault()?.FanIn ?? 1, run.Blueprint.Size.Cardinality))
            {
                voice.Say(sentence);
            }
            voice.Say("");
            Lines(voice, plan.ToString());
            voice.Say("");
        }
        voice.Fact("parameters", $"{outcome.Before.Parameters:N0} before pruning, {outcome.After.Parameters:N0} after");
        var test = outcome.Pruned;
        voice.Fact("test", $"top-1 {test.Top1Percent:0.00} %, top-5 {test.Top5Percent:0.00} %, loss {test.Loss:0.0000} on {test.Images} images");
        if (outcome.Plan is not null)
        {
            var same = outcome.Masked.Top1Percent == test.Top1Percent ? ": the same" : "";
            voice.Fact("masked", $"top-1 {outcome.Masked.Top1Percent:0.00} % before pruning{same}");
        }
        voice.Fact("run folder", $"{run.Folder.Path}  (start with {Path.GetFileName(run.Folder.ReportPath)}; model.safetensors is the pruned network)");
    }

    /// <summary>A text of several lines.</summary>
    public static void Lines(Voice voice, string text)
    {
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            voice.Say(line);
        }
    }

    private static string Range(IReadOnlyList<int> counts) => counts.Min() == counts.Max()
        ? FormattableString.Invariant($"{counts[0]} images each")
        : FormattableString.Invariant($"{counts.Min()} to {counts.Max()} images each");

    private static FormattableString Wiring(PreparedRun run)
    {
        var (recipe, training) = (run.Record.Recipe, run.Record.Recipe.Training);
        var epochs = training.Epochs == 1 ? "epoch" : "epochs";
        var ruleAndEpochs = FormattableString.Invariant($"{recipe.Rule}: {training.Epochs} {epochs}");
        return recipe.Connectivity == ConnectivityKind.Learned
            ? (FormattableString)$"{ruleAndEpochs}, gates are learned ({training.Gates.Estimator.Text()}) in the first {100 * training.Gates.PhaseShare:0} %"
            : $"{ruleAndEpochs}";
    }
}

// The run as one Markdown page: what came out, how to repeat it, what it cost, how it is wired and how it was learned.
// Equal runs give equal pages: times are in timing.jsonl.
using System.Text;
using GateConnect.Architecture;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Reporting;

/// <summary>Writes the summary of a run.</summary>
internal static class SummaryReport
{
    private const int MostCurveRows = 12;
    private const int MostClasses = 20;
    private const int MostOpenWiringRows = 64;

    /// <summary>The page, in Markdown.</summary>
    /// <exception cref="ArgumentException">The wiring does not fit the network.</exception>
    /// <exception cref="ConfigurationException">The recipe names no valid network.</exception>
    public static string Write(ReportContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var page = new StringBuilder();
        AppendHeadline(page, content);
        AppendReproduction(page, content.Record);
        AppendFacts(page, content);
        AppendWiring(page, content);
        AppendGates(page, content);
        AppendCurves(page, content);
        AppendClasses(page, content.Record);
        return page.ToString();
    }

    private static void AppendHeadline(StringBuilder page, ReportContent content)
    {
        var record = content.Record;
        page.Append(Invariant.Culture, $"# {Cell(record.Dataset.Name)}, {{{content.Blueprint.Size}}}, {record.Recipe.Rule}\n\n");
        page.Append(record.Results is { Test: var test }
            ? $"**{Invariant.Fixed(test.Top1Percent, 2)} %** top-1 on {Invariant.Grouped(test.Images)} test images "
                + $"(top-5 {Invariant.Fixed(test.Top5Percent, 2)} %, loss {Invariant.Fixed(test.Loss, 4)}).\n\n"
            : $"No test result: the run is {Status(record.Status)}.\n\n");
    }

    private static void AppendReproduction(StringBuilder page, RunRecord record)
    {
        page.Append("## How to repeat it\n\n");
        page.Append(Invariant.Culture, $"Seed {record.Recipe.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture)}, ");
        page.Append(Invariant.Culture, $"commit {GitState.Words(record.Git, mark: "`")}, ");
        page.Append(Invariant.Culture, $"GateConnect {record.Machine.GateConnect}, TorchSharp {record.Machine.TorchSharp}, ");
        page.Append(Invariant.Culture, $"libtorch {record.Machine.LibTorch}, .NET {record.Machine.DotNet}; ");
        page.Append(record.Recipe.Threads is { } threads ? $"{Invariant.Text(threads)} threads" : "all cores");
        page.Append(Invariant.Culture, $" of {Cell(record.Machine.Processor)} ({Invariant.Text(record.Machine.Cores)} cores).\n\n");
        page.Append("```\ngateconnect train --config run.json --out again\n```\n\n");
    }

    private static void AppendFacts(StringBuilder page, ReportContent content)
    {
        var (record, training) = (content.Record, content.Record.Recipe.Training);
        var table = new TextTable("fact", "value");
        table.Add("dataset", $"{Cell(record.Dataset.Name)}, {record.Dataset.Image}, {Invariant.Text(record.Dataset.ClassNames.Count)} classes");
        table.Add("training images", $"{Invariant.Grouped(record.Dataset.TrainImages)} (sha256 {Begin(record.Dataset.TrainFingerprint)})");
        table.Add("test images", $"{Invariant.Grouped(record.Dataset.TestImages)} (sha256 {Begin(record.Dataset.TestFingerprint)})");
        table.Add("network", $"{{{content.Blueprint.Size}}}");
        table.Add("connectivity", record.Recipe.Rule.ToString());
        if (record.Recipe.From.Words is { } start)
        {
            table.Add("started from", Cell(start));
        }
        table.Add("epochs", $"{Invariant.Text(training.Epochs)} of batches of {Invariant.Text(training.BatchSize)}");
        table.Add("learning rate", $"{Invariant.Exact(training.LearningRate)}, {training.Schedule.ToString().ToLowerInvariant()}");
        table.Add("weight decay", Invariant.Exact(training.WeightDecay));
        if (record.Recipe.Connectivity == ConnectivityKind.Learned)
        {
            table.Add("gate rule", $"{training.Gates.Estimator.Text()}, {Invariant.Exact(100 * training.Gates.PhaseShare)} % of the steps");
        }
        if (record.Results is { } results)
        {
            AddCosts(table, results);
        }
        page.Append("## Facts\n\n").Append(table.Markdown()).Append('\n');
    }

    private static void AddCosts(TextTable table, RunResults results)
    {
        table.Add("top-1 error", Invariant.Fixed(100 - results.Test.Top1Percent, 2) + " %");
        table.Add("parameters, trained", Invariant.Grouped(results.Before.Parameters));
        table.Add(
            "parameters, pruned",
            $"{Invariant.Grouped(results.After.Parameters)} ({Invariant.Change(results.Before.Parameters, results.After.Parameters)})");
        table.Add("multiply-adds, trained", Invariant.Grouped(results.Before.MultiplyAdds));
        table.Add(
            "multiply-adds, pruned",
            $"{Invariant.Grouped(results.After.MultiplyAdds)} ({Invariant.Change(results.Before.MultiplyAdds, results.After.MultiplyAdds)})");
    }

    private static void AppendWiring(StringBuilder page, ReportContent content)
    {
        if (content.Wiring is not { } wiring)
        {
            return;
        }
        var live = wiring.LiveBlocks(content.Blueprint);
        page.Append("## Wiring\n\n");
        page.Append(Capital(WiringTable.DeadLine(live).TrimEnd())).Append(".\n\n");
        page.Append(Picture("who reads whom", RunFolder.PictureName));
        page.Append(ModuleTable(content, wiring, live).Markdown()).Append('\n');
        var table = WiringRows(wiring, live).Markdown();
        page.Append(content.Blueprint.Blocks <= MostOpenWiringRows
            ? $"Who reads whom:\n\n{table}\n"
            : $"<details><summary>Who reads whom</summary>\n\n{table}\n</details>\n\n");
    }

    private static TextTable ModuleTable(ReportContent content, Connectivity wiring, bool[][] live)
    {
        var pruned = content.Blueprint.WithBlocks([.. live.Select(module => module.Count(block => block))]);
        var table = new TextTable(
            "module", "stage", "live", "fan-in", "out-degree min, mean, max", "parameters", "pruned to", "multiply-adds", "pruned to");
        for (var index = 0; index < live.Length; index++)
        {
            var affine = content.Record.Recipe.LastNormAffine;
            var (before, after) = (
                CostModel.OfModule(content.Blueprint, index, NetworkForm.Branches, affine), CostModel.OfModule(pruned, index, NetworkForm.Branches, affine));
            var degrees = WiringTable.OutDegrees(wiring, index);
            table.Add(
                Invariant.Text(index), Invariant.Text(content.Blueprint.Modules[index].Stage),
                $"{Invariant.Text(live[index].Count(block => block))}/{Invariant.Text(live[index].Length)}",
                index == 0 ? "stem" : Invariant.Text(wiring.Modules[index - 1].FanIn),
                degrees is null ? "head" : $"{Invariant.Text(degrees.Min())}, {Invariant.Fixed(degrees.Average(), 1)}, {Invariant.Text(degrees.Max())}",
                Invariant.Grouped(before.Parameters), Invariant.Grouped(after.Parameters),
                Invariant.Grouped(before.MultiplyAdds), Invariant.Grouped(after.MultiplyAdds));
        }
        return table;
    }

    private static TextTable WiringRows(Connectivity wiring, bool[][] live)
    {
        var table = new TextTable("module", "block", "reads", "read by", "state");
        for (var index = 0; index < live.Length; index++)
        {
            var degrees = WiringTable.OutDegrees(wiring, index);
            for (var block = 0; block < live[index].Length; block++)
            {
                table.Add(
                    Invariant.Text(index), Invariant.Text(block), WiringTable.Reads(wiring, index, block, ", "),
                    WiringTable.ReadBy(degrees, block), live[index][block] ? "live" : "**dead**");
            }
        }
        return table;
    }

    private static void AppendGates(StringBuilder page, ReportContent content)
    {
        var cardinality = content.Blueprint.Size.Cardinality;
        var notes = GateHealth.Judge(content.Epochs, content.Record.Recipe.Rule.FanInOf(cardinality), cardinality);
        if (notes.Count > 0)
        {
            page.Append("## Gates\n\n").AppendJoin("", notes.Select(note => $"- {note}\n")).Append('\n');
        }
    }

    private static void AppendCurves(StringBuilder page, ReportContent content)
    {
        if (content.Epochs.Count == 0)
        {
            return;
        }
        page.Append("## Training\n\n");
        page.Append(Picture("loss and accuracy over epochs", RunFolder.CurvesName));
        var table = new TextTable("epoch", "phase", "train loss", "train top-1 %", "held loss", "held top-1 %", "learning rate", "live blocks");
        var every = Math.Max(1, (content.Epochs.Count + MostCurveRows - 2) / (MostCurveRows - 1));
        foreach (var report in content.Epochs.Where((_, index) => index % every == 0 || index == content.Epochs.Count - 1))
        {
            table.Add(
                Invariant.Text(report.Epoch), report.Phase.ToString().ToLowerInvariant(), Invariant.Fixed(report.TrainLoss, 4),
                Invariant.Fixed(report.TrainTop1Percent, 2), Invariant.Fixed(report.HeldLoss, 4), Invariant.Fixed(report.HeldTop1Percent, 2),
                Invariant.Fixed(report.LearningRate, 5), report.LiveBlocks is { } blocks ? Invariant.Text(blocks.Sum()) : "-");
        }
        page.Append(table.Markdown()).Append('\n');
    }

    private static void AppendClasses(StringBuilder page, RunRecord record)
    {
        if (record.Results is not { Test.PerClassPercent: var percents })
        {
            return;
        }
        var rows = percents.Select((percent, label) => (Percent: percent, Label: label)).ToArray();
        var all = rows.Length <= MostClasses;
        page.Append(all ? "## Classes\n\n" : $"## The {Invariant.Text(MostClasses)} classes with the lowest accuracy\n\n");
        var table = new TextTable("class", "accuracy %");
        foreach (var (percent, label) in all ? rows : [.. rows.OrderBy(row => row.Percent ?? 101).ThenBy(row => row.Label).Take(MostClasses)])
        {
            table.Add(label < record.Dataset.ClassNames.Count ? Cell(record.Dataset.ClassNames[label]) : Invariant.Text(label), Invariant.Fixed(percent, 2));
        }
        page.Append(table.Markdown());
    }

    private static string Status(RunStatus status) => status switch
    {
        RunStatus.Running => "running, or crashed",
        RunStatus.Interrupted => "interrupted",
        _ => "complete",
    };

    private static string Picture(string words, string file) => $"[![{words}]({file})]({file})\n\n";

    private static string Begin(string fingerprint) => fingerprint[..Math.Min(12, fingerprint.Length)];

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    // Names come from folders and files: nothing in them may end a line or start markup.
    private static string Cell(string name) => name.ReplaceLineEndings(" ").Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace("*", "\\*", StringComparison.Ordinal).Replace("`", "'", StringComparison.Ordinal);
}

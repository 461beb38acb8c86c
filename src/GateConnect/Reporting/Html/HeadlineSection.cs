// The top of the page: the number, the sentence of what was learned, the cards, and what it is to be compared with.
using GateConnect.Architecture;

namespace GateConnect.Reporting.Html;

/// <summary>Headline and baselines.</summary>
internal static class HeadlineSection
{
    // More would push the wiring off the screen.
    private const int MostOpenRows = 12;

    /// <summary>Such as <c>cifar10 · {20,4,8} · Learned(4)</c>.</summary>
    public static string Title(ReportContent content) =>
        $"{content.Record.Dataset.Name} · {{{content.Blueprint.Size}}} · {content.Record.Recipe.Rule}";

    /// <summary>Title, number, sentence and cards.</summary>
    public static Markup Write(ReportContent content)
    {
        var record = content.Record;
        var top = Markup.Of($"<h1>{Title(content)}</h1>\n");
        if (record.Results is { Test: var test })
        {
            top.Add($"<p class=\"headline\"><strong>{Invariant.Fixed(test.Top1Percent, 2)} %</strong>");
            top.Add($" top-1 on {Invariant.Grouped(test.Images)} test images</p>\n");
        }
        else
        {
            var state = record.Status == RunStatus.Interrupted ? "interrupted" : "running, or crashed";
            top.Add($"<p class=\"headline\">No test result: the run is {state}. Go on with <code>gateconnect train --resume RUN</code>.</p>\n");
        }
        return top.Add($"<p class=\"lead\">{Learned(content)}</p>\n{Cards(content)}");
    }

    /// <summary>The run beside others that differ in wiring or seed alone.</summary>
    public static Markup Baselines(ReportContent content)
    {
        if (content.Record.Results is null)
        {
            return new Markup();
        }
        var section = Markup.Of($"<section id=\"baselines\"><h2>Beside baselines</h2>\n");
        if (content.Groups.Count < 2)
        {
            section.Add($"<p>No finished run of another wiring with the same network, images and budget lies beside this one. ");
            section.Add($"Where RUN is the folder of this run, <code>{Control(content)}</code> makes one; ");
            return section.Add($"then <code>gateconnect report RUN</code> sets them side by side.</p></section>\n");
        }
        var own = content.Groups.First(row => row.IsOwn);
        var table = new HtmlTable("wiring", "#runs", "#top-1 %", "#best", "#this wiring, points", "#parameters", "#M mult-adds", "#live blocks");
        foreach (var row in content.Groups)
        {
            var cells = Cells(row, own);
            _ = row.IsOwn ? table.AddOwn(cells) : table.Add(cells);
        }
        var rows = content.Groups.Count > MostOpenRows
            ? Markup.Of($"<details><summary>{Invariant.Text(content.Groups.Count - 1)} other rows</summary>\n{table.Write()}</details>\n")
            : table.Write();
        section.Add($"{rows}<p class=\"note\">Runs with the same network, images, epochs and batches; mean ± standard deviation (n − 1) over seeds. ");
        return section.Add($"Differences below a standard deviation or two are noise.</p></section>\n");
    }

    private static object[] Cells(GroupRow row, GroupRow own) =>
    [
        row.Name, row.Runs, row.Accuracy, Invariant.Fixed(row.Figures.BestPercent, 2),
        row.IsOwn ? "" : Invariant.Points(own.Figures.Top1Percent.Mean - row.Figures.Top1Percent.Mean),
        Invariant.Grouped((long)Math.Round(row.Figures.Parameters)),
        Invariant.Fixed(row.Figures.MultiplyAdds / 1e6, 1), Invariant.Fixed(row.Figures.LiveBlocks, 1),
    ];

    // The control of gates that were learned, here or elsewhere, is chance; that of everything else is learning.
    private static string Control(ReportContent content)
    {
        var recipe = content.Record.Recipe;
        var other = recipe.Connectivity is not (ConnectivityKind.Learned or ConnectivityKind.Given) ? ConnectivityKind.Learned
            : recipe.Training.Gates.Effective.KeepBlocks ? ConnectivityKind.Regular
            : ConnectivityKind.Random;
        var half = Math.Max(1, content.Blueprint.Size.Cardinality / 2);
        var fanIn = recipe.Connectivity is ConnectivityKind.Full or ConnectivityKind.FullBranches ? half : recipe.FanIn ?? half;
        var wiring = (recipe.WiringSeed is null ? "" : " --set wiringSeed=null") + (recipe.Wiring is null ? "" : " --set wiring=null");
        return $"gateconnect train --config RUN/run.json --connectivity {other.Text()} --fan-in {Invariant.Text(fanIn)}{wiring} --out RUN-{other.Text()}";
    }

    private static string Learned(ReportContent content)
    {
        var (size, rule) = (content.Blueprint.Size, content.Record.Recipe.Rule);
        var readers = content.Blueprint.Blocks - content.Blueprint.Modules[0].Blocks;
        var fanIn = $"{Invariant.Text(rule.FanInOf(size.Cardinality))} of the {Invariant.Text(size.Cardinality)} blocks before it";
        var wiring = rule.Kind switch
        {
            ConnectivityKind.Full => "ResNeXt as published: every block reads the sum of all blocks before it.",
            ConnectivityKind.FullBranches => $"Every one of {Invariant.Text(readers)} blocks reads all {Invariant.Text(size.Cardinality)} blocks before it.",
            ConnectivityKind.Random => $"Every one of {Invariant.Text(readers)} blocks reads {fanIn}, drawn once at random.",
            ConnectivityKind.Regular => $"Every one of {Invariant.Text(readers)} blocks reads {fanIn}, drawn once at random so that each is read by as many.",
            ConnectivityKind.Given => $"Every one of {Invariant.Text(readers)} blocks reads {fanIn}, those of a wiring that was given.",
            _ when content.Record.Results is null => $"Every one of {Invariant.Text(readers)} blocks is to learn which {fanIn} to read.",
            _ => $"Every one of {Invariant.Text(readers)} blocks learned which {fanIn} to read.",
        };
        return content.Record.Results is null ? wiring
            : content.Wiring is not null ? $"{wiring} {Removed(content)}"
            : rule.Form == NetworkForm.Branches ? $"{wiring} Which they are was not kept: the run has no connectivity.json."
            : wiring;
    }

    private static string Removed(ReportContent content)
    {
        var (before, after) = (content.Record.Results!.Before, content.Record.Results.After);
        var dead = Dead(content);
        return dead == 0
            ? "No block turned out dead, so nothing was removed."
            : $"{Invariant.Text(dead)} of {Invariant.Text(content.Blueprint.Blocks)} blocks turned out dead "
                + $"and {(dead == 1 ? "was" : "were")} removed without changing the function: "
                + $"{Invariant.Change(before.Parameters, after.Parameters)} parameters, "
                + $"{Invariant.Change(before.MultiplyAdds, after.MultiplyAdds)} multiply-adds.";
    }

    private static Markup Cards(ReportContent content)
    {
        var cards = Markup.Of($"<dl class=\"cards\">\n");
        if (content.Record.Results is { } results)
        {
            Card(
                cards, "top-1", $"{Invariant.Fixed(results.Test.Top1Percent, 2)} %",
                $"top-5 {Invariant.Fixed(results.Test.Top5Percent, 2)} %, loss {Invariant.Fixed(results.Test.Loss, 4)}");
            Card(cards, "parameters", Invariant.Grouped(results.After.Parameters), Was(results.Before.Parameters, results.After.Parameters));
            Card(cards, "multiply-adds", Invariant.Grouped(results.After.MultiplyAdds), Was(results.Before.MultiplyAdds, results.After.MultiplyAdds));
        }
        if (content.Wiring is not null)
        {
            var dead = Dead(content);
            Card(
                cards, "live blocks", Invariant.Text(content.Blueprint.Blocks - dead),
                $"of {Invariant.Text(content.Blueprint.Blocks)} in {Invariant.Text(content.Blueprint.Modules.Count)} modules");
            Card(cards, "dead blocks", Invariant.Text(dead), dead == 0 ? "all are read" : "read by no live block");
        }
        var training = content.Record.Recipe.Training;
        var done = content.Record.Results is null ? $"{Invariant.Text(content.Epochs.Count)} of " : "";
        Card(
            cards, "trained", $"{done}{Invariant.Text(training.Epochs)} {Invariant.Plural(training.Epochs, "epoch")}",
            $"on {Invariant.Grouped(content.Record.Dataset.TrainImages)} images, seed {content.Record.Recipe.Seed.ToString(Invariant.Culture)}");
        return cards.Add($"</dl>\n");
    }

    private static void Card(Markup cards, string name, string value, string detail) =>
        cards.Add($"<div><dt>{name}</dt><dd>{value}</dd><dd class=\"note\">{detail}</dd></div>\n");

    private static string Was(long before, long after) =>
        before == after ? "nothing pruned" : $"{Invariant.Grouped(before)} before pruning ({Invariant.Change(before, after)})";

    private static int Dead(ReportContent content) =>
        content.Wiring!.LiveBlocks(content.Blueprint).Sum(module => module.Count(block => !block));
}

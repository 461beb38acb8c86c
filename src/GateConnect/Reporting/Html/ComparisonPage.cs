// The page of several runs: a table over seeds, curves over each other, agreement of wirings, and the runs one by one.
using GateConnect.Training;

namespace GateConnect.Reporting.Html;

/// <summary>Writes the comparison of runs.</summary>
internal static class ComparisonPage
{
    private const int MostPairs = 60;

    /// <summary>One HTML file that needs nothing else; the same text for equal content.</summary>
    public static string Write(ComparisonContent content)
    {
        var first = content.Runs[0].Content;
        var title = content.AreComparable
            ? $"{first.Record.Dataset.Name} · {{{first.Blueprint.Size}}} · {Invariant.Text(content.Runs.Count)} runs"
            : $"{Invariant.Text(content.Runs.Count)} runs";
        var body = Markup.Of($"<header><h1>{title}</h1>\n<p class=\"lead\">{Lead(content)}</p>\n");
        if (!content.AreComparable)
        {
            body.Add($"<p class=\"warning\">⚠ Networks, images or budgets differ between these runs: their accuracies do not compare wirings alone. ");
            body.Add($"The names of the rows say what differs.</p>\n");
        }
        body.Add($"</header>\n<main>\n{Table(content)}{Curves(content)}{Agreement(content)}{Runs(content)}</main>");
        return PageTemplate.Fill(title, body, [], first.Record.Machine.GateConnect);
    }

    private static string Lead(ComparisonContent content)
    {
        var left = content.Left == 0 ? "" : $" {Invariant.Text(content.Left)} that repeat the recipe and seed of another are left out.";
        return Best(content) + left;
    }

    // The luckiest of few seeds is above the mean of many: only rows with as many seeds are set against each other.
    private static string Best(ComparisonContent content)
    {
        var most = content.Groups.Max(group => group.Runs);
        GroupRow[] rows = [.. content.Groups.Where(group => group.Runs == most)];
        if (!content.AreComparable || rows.Length < 2)
        {
            return $"{Invariant.Text(content.Runs.Count)} runs in {Invariant.Text(content.Groups.Count)} {Invariant.Plural(content.Groups.Count, "row")}.";
        }
        var best = rows.MaxBy(group => group.Figures.Top1Percent.Mean)!;
        var among = rows.Length == content.Groups.Count ? "" : $" among the rows with {Invariant.Text(most)} seeds";
        return $"Highest mean top-1{among}: {best.Name}, {best.Accuracy} % over {Invariant.Text(best.Runs)} {Invariant.Plural(best.Runs, "seed")}.";
    }

    private static Markup Table(ComparisonContent content)
    {
        var table = new HtmlTable("wiring", "#seeds", "#top-1 %", "#best", "#parameters", "#M mult-adds", "#live blocks");
        foreach (var row in content.Groups)
        {
            table.Add(
                row.Name, row.Runs, row.Accuracy, Invariant.Fixed(row.Figures.BestPercent, 2), Invariant.Grouped((long)Math.Round(row.Figures.Parameters)),
                Invariant.Fixed(row.Figures.MultiplyAdds / 1e6, 1), Invariant.Fixed(row.Figures.LiveBlocks, 1));
        }
        var section = Markup.Of($"<section id=\"groups\"><h2>Accuracy</h2>\n{table.Write()}");
        section.Add($"<p class=\"note\">Top-1 on the test images, read once after the last epoch: mean ± standard deviation (n − 1) over seeds. ");
        section.Add($"Costs after pruning, mean over seeds.</p>\n");
        if (content.Tests.Count > 0)
        {
            var tests = new HtmlTable("on the same seeds", "#points", "#seeds", "#p, two-sided");
            foreach (var (name, test) in content.Tests.Take(MostPairs))
            {
                var (points, spread) = (Invariant.Points(test.Difference.Mean), test.Difference.Std);
                tests.Add(name, points + (double.IsNaN(spread) ? "" : $" ± {Invariant.Fixed(spread, 2)}"), test.Difference.Count, Invariant.Fixed(test.P, 3));
            }
            section.Add($"{tests.Write()}<p class=\"note\">Paired t-test: p is how often a difference this large comes about where there is none.");
            section.Add($"{Listed(content.Tests.Count)}</p>");
        }
        return section.Add($"</section>\n");
    }

    private static Markup Curves(ComparisonContent content)
    {
        // More rows than looks could not be told apart.
        ComparedRun[] shown = [.. content.Runs.Where(run => run.Group < LineChart.Looks)];
        LineChart[] charts =
        [
            new("training loss", [.. shown.Select(run => Line(run, report => report.TrainLoss))]),
            new("training top-1, %", [.. shown.Select(run => Line(run, report => report.TrainTop1Percent))]),
            new("held-out top-1, %", [.. shown.Select(run => Line(run, report => report.HeldTop1Percent))]),
            new("gate entropy", [.. shown.Select(run => Line(run, report => report.GateEntropy))]),
            new("churn of the top-K, %", [.. shown.Select(run => Line(run, report => 100 * report.GateChurn))]),
            new("live blocks", [.. shown.Select(run => Line(run, report => report.LiveBlocks?.Sum()))]),
        ];
        var section = Markup.Of($"<section id=\"training\"><h2>Training</h2>\n<div class=\"charts wide\">");
        section.Each(charts, chart => $"{chart.Write()}").Add($"</div>");
        return content.Groups.Count > LineChart.Looks
            ? section.Add($"<p class=\"note\">Curves of the first {LineChart.Looks} of {content.Groups.Count} rows; ")
                .Add($"name the runs that are to be drawn first.</p></section>\n")
            : section.Add($"</section>\n");
    }

    private static Markup Agreement(ComparisonContent content)
    {
        if (content.Agreements.Count == 0)
        {
            return new Markup();
        }
        var section = Markup.Of($"<section id=\"agreement\"><h2>Do the wirings agree?</h2>\n");
        section.Add($"<p>Share of connections that two runs have in common. Two wirings drawn at random share K/C of them. ");
        section.Add($"Branch numbers mean the same thing only where both runs began with the same weights, that is with the same seed: ");
        section.Add($"between other seeds a share near chance is to be expected even where the same structure was learned under other numbers.</p>\n");
        section.Add($"{AgreementByEpoch(content)}");
        var table = new HtmlTable("one", "other", "weights at the start", "#in common", "#by chance");
        foreach (var pair in content.Agreements.OrderByDescending(pair => pair.SameWeights).Take(MostPairs))
        {
            table.Add(
                pair.One.Name, pair.Other.Name, pair.SameWeights ? "the same" : "others", $"{Invariant.Fixed(100 * pair.Share, 1)} %",
                $"{Invariant.Fixed(100 * pair.Chance.Mean, 1)} ± {Invariant.Fixed(100 * pair.Chance.Std, 1)} %");
        }
        return section.Add($"{table.Write()}<p class=\"note\">{Listed(content.Agreements.Count)}</p></section>\n");
    }

    private static string Listed(int pairs) => pairs > MostPairs ? $" {Invariant.Text(MostPairs)} of {Invariant.Text(pairs)} pairs are listed." : "";

    private static Markup AgreementByEpoch(ComparisonContent content)
    {
        var pairs = content.Agreements.Where(pair => pair.ByEpoch.Count > 0).ToArray();
        if (pairs.Length == 0)
        {
            return new Markup();
        }
        List<ChartLine> lines =
        [
            .. from same in (bool[])[true, false]
               let points = pairs.Where(pair => pair.SameWeights == same).SelectMany(pair => pair.ByEpoch).GroupBy(point => point.Epoch)
                   .OrderBy(epoch => epoch.Key).Select(epoch => (epoch.Key, 100 * epoch.Average(point => point.Share))).ToArray()
               where points.Length > 0
               select new ChartLine(same ? "same weights at the start" : "other weights", same ? 0 : 1, points),
        ];
        lines.Add(new ChartLine("chance", 4, [.. lines.SelectMany(line => line.Points).Select(point => point.Epoch).Distinct().Order()
            .Select(epoch => (epoch, 100 * pairs.Average(pair => pair.Chance.Mean)))]));
        return Markup.Of($"<div class=\"charts\">{new LineChart("connections in common, %, mean over pairs", lines).Write()}</div>\n");
    }

    private static Markup Runs(ComparisonContent content)
    {
        var table = new HtmlTable("run", "#top-1 %", "#top-5 %", "#loss", "#parameters", "#dead blocks", "commit");
        foreach (var run in content.Runs)
        {
            var (record, results) = (run.Content.Record, run.Content.Record.Results!);
            table.Add(
                run.Name, Invariant.Fixed(results.Test.Top1Percent, 2), Invariant.Fixed(results.Test.Top5Percent, 2), Invariant.Fixed(results.Test.Loss, 4),
                Invariant.Grouped(results.After.Parameters), results.LiveBlocks is { } live ? Invariant.Text(run.Content.Blueprint.Blocks - live.Sum()) : "-",
                record.Git is { } git ? git.Commit[..Math.Min(10, git.Commit.Length)] + (git.Dirty ? ", changed" : "") : "unknown");
        }
        return Markup.Of($"<section id=\"runs\"><h2>Runs</h2>\n{table.Write()}</section>\n");
    }

    private static ChartLine Line(ComparedRun run, Func<EpochReport, double?> value) =>
        ChartLine.Of(run.Name, run.Group, run.Content.Epochs, report => (report.Epoch, value(report)));
}

// The test images class by class: accuracy, and what was taken for what. Few classes are a table of counts, many a picture, and
// very many only their most confused pairs.
namespace GateConnect.Reporting.Html;

/// <summary>Accuracy per class and the confusion matrix.</summary>
internal static class TestSection
{
    private const int MostCells = 25, MostPixels = 220, MostPairs = 12, MostClasses = 25;

    /// <summary>The section; empty before the run is complete.</summary>
    public static Markup Write(ReportContent content)
    {
        if (content.Record.Results is not { Test.PerClassPercent: var percents })
        {
            return new Markup();
        }
        var names = content.Record.Dataset.ClassNames;
        var section = Markup.Of($"<section id=\"classes\"><h2>Classes</h2>\n<div class=\"columns\"><div>{Classes(names, percents)}</div>");
        if (content.Evaluation is not { } evaluation)
        {
            return section.Add($"</div><p class=\"note\">{NotKept}</p></section>\n");
        }
        section.Add($"<div><h3>Most often confused</h3>{Pairs(names, evaluation.Confusion)}</div></div>\n");
        return section.Add($"{Matrix(names, evaluation.Confusion)}</section>\n");
    }

    /// <summary>What is said where evaluation.json is missing.</summary>
    public const string NotKept =
        "The confusion matrix and the mistakes were not kept: the run has no evaluation.json. "
        + "gateconnect report RUN --data PATH measures them where the images and the model are at hand.";

    private static Markup Classes(IReadOnlyList<string> names, IReadOnlyList<double?> percents)
    {
        var rows = percents.Select((percent, label) => (Percent: percent, Name: label < names.Count ? names[label] : Invariant.Text(label))).ToArray();
        if (rows.Length <= MostClasses)
        {
            return Markup.Of($"<h3>Accuracy per class</h3>{Bars(rows)}");
        }
        var sorted = rows.OrderBy(row => row.Percent ?? double.PositiveInfinity).ToArray();
        var lowest = Markup.Of($"<h3>The classes with the lowest accuracy</h3>{Bars(sorted[..MostClasses])}");
        return lowest.Add($"<details><summary>the other {sorted.Length - MostClasses} classes</summary>{Bars(sorted[MostClasses..])}</details>");
    }

    private static Markup Bars((double? Percent, string Name)[] rows)
    {
        var table = new HtmlTable("class", "#accuracy %", "");
        foreach (var (percent, name) in rows)
        {
            var bar = Markup.Of($"<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
            bar.Add($"<rect class=\"rest\" width=\"100\" height=\"8\"/>");
            bar.Add($"<rect class=\"full\" width=\"{Invariant.Short(percent ?? 0)}\" height=\"8\"/></svg>");
            table.Add(name, Invariant.Fixed(percent, 2), bar);
        }
        return table.Write();
    }

    private static Markup Pairs(IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<int>> confusion)
    {
        var pairs = confusion.SelectMany((row, label) => row.Select((count, predicted) => (Count: count, True: label, Predicted: predicted)))
            .Where(pair => pair.Count > 0 && pair.True != pair.Predicted)
            .OrderByDescending(pair => pair.Count).ThenBy(pair => pair.True).ThenBy(pair => pair.Predicted).Take(MostPairs);
        var table = new HtmlTable("true class", "taken for", "#images", "#of its class");
        foreach (var (count, label, predicted) in pairs)
        {
            table.Add(names[label], names[predicted], Invariant.Grouped(count), $"{Invariant.Fixed(100.0 * count / Total(confusion[label]), 1)} %");
        }
        return table.Write();
    }

    private static Markup Matrix(IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<int>> confusion) =>
        names.Count <= MostCells ? Table(names, confusion) : names.Count <= MostPixels ? Picture(names, confusion) : new Markup();

    private static Markup Table(IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<int>> confusion)
    {
        var table = Markup.Of($"<h3>Confusion matrix</h3><div class=\"scroll\" tabindex=\"0\"><table class=\"matrix\">");
        table.Add($"<thead><tr><th scope=\"col\">true ↓ predicted →</th>");
        table.Each(names, name => $"<th scope=\"col\"><span>{name}</span></th>").Add($"</tr></thead><tbody>\n");
        for (var label = 0; label < names.Count; label++)
        {
            table.Add($"<tr><th scope=\"row\">{names[label]}</th>");
            for (var predicted = 0; predicted < names.Count; predicted++)
            {
                table.Add($"<td class=\"{Look(confusion, label, predicted)}\">{Invariant.Text(confusion[label][predicted])}</td>");
            }
            table.Add($"</tr>\n");
        }
        table.Add($"</tbody></table></div>");
        return table.Add($"<p class=\"note\">Counts; colour is the share of the row: blue where it is right, orange where it is not.</p>");
    }

    private static Markup Picture(IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<int>> confusion)
    {
        var classes = names.Count;
        var picture = Markup.Of($"<h3>Confusion matrix</h3><svg class=\"heat\" viewBox=\"0 0 {classes} {classes}\" role=\"img\"");
        picture.Add($" aria-label=\"confusion matrix, true classes down, predicted across\">");
        picture.Add($"<rect class=\"back\" width=\"{classes}\" height=\"{classes}\"/>\n");
        for (var label = 0; label < classes; label++)
        {
            for (var predicted = 0; predicted < classes; predicted++)
            {
                if (confusion[label][predicted] is > 0 and var count)
                {
                    picture.Add($"<rect class=\"{Look(confusion, label, predicted)}\" x=\"{predicted}\" y=\"{label}\" width=\"1\" height=\"1\">");
                    picture.Add($"<title>{names[label]} taken for {names[predicted]}: {Invariant.Text(count)}</title></rect>");
                }
            }
            picture.Add($"\n");
        }
        picture.Add($"</svg><p class=\"note\">True classes down, predicted across, in label order; colour is the share of the row. ");
        return picture.Add($"Point at a cell for its count.</p>");
    }

    // Shares of mistakes are small: their square root is shown, so that few of them are still seen.
    private static string Look(IReadOnlyList<IReadOnlyList<int>> confusion, int label, int predicted)
    {
        var share = confusion[label][predicted] / Math.Max(1.0, Total(confusion[label]));
        return label == predicted ? $"d{(int)Math.Ceiling(9 * share)}" : $"m{(int)Math.Ceiling(9 * Math.Sqrt(share))}";
    }

    private static long Total(IReadOnlyList<int> row) => row.Sum(count => (long)count);
}

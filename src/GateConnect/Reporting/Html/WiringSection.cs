// The wiring: what is to be said about its gates, the picture that a script brings to life (a still one stands for it where
// scripts are off), and the figures of every epoch.
using System.Text;
using System.Text.RegularExpressions;

namespace GateConnect.Reporting.Html;

/// <summary>Picture and diagnostics of a wiring.</summary>
internal static partial class WiringSection
{
    // A still picture larger than this is left to connectivity.svg.
    private const int LongestPicture = 400_000;

    /// <summary>The section; empty for ResNeXt and while no wiring is known.</summary>
    public static Markup Write(ReportContent content)
    {
        if (content.Wiring is not { } wiring)
        {
            return new Markup();
        }
        var section = Markup.Of($"<section id=\"wiring\"><h2>Who reads whom</h2>\n{Health(content)}");
        section.Add($"<div id=\"picture\" hidden><div class=\"controls\"></div><div class=\"scroll stage\"></div><p class=\"note\" id=\"shown\"></p></div>\n");
        section.Add($"<noscript>{Still(ConnectivityPicture.Draw(content.Blueprint, wiring, content.Gates))}</noscript>\n");
        section.Add($"<p class=\"note\">Modules are columns from the stem to the head, blocks are nodes; a line is an open gate ");
        section.Add($"from the block that is read to the block that reads, thicker and stronger the larger its real gate is ");
        section.Add($"beside the largest of its reader. Dashed and pale: dead, no live block reads it.</p>\n");
        return section.Add($"{Diagnostics(content)}</section>\n");
    }

    private static Markup Still(string svg) => svg.Length > LongestPicture
        ? Markup.Of($"<p>The picture of this network is in <code>connectivity.svg</code>; the one that moves needs scripts.</p>")
        : Markup.Of($"<img class=\"still\" alt=\"who reads whom\" src=\"data:image/svg+xml;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(svg))}\">");

    private static Markup Health(ReportContent content)
    {
        var cardinality = content.Blueprint.Size.Cardinality;
        var notes = GateHealth.Judge(content.Epochs, content.Record.Recipe.Rule.FanInOf(cardinality), cardinality);
        var list = new Markup();
        foreach (var note in notes)
        {
            var warning = note.StartsWith(GateHealth.Warning, StringComparison.Ordinal);
            var text = Code().Replace(Markup.Escape(warning ? note[GateHealth.Warning.Length..] : note), "<code>$1</code>");
            list.Add($"<p class=\"{(warning ? "warning" : "finding")}\">{(warning ? "⚠ Warning:" : "")}{Markup.Trusted(text)}</p>\n");
        }
        return list;
    }

    private static Markup Diagnostics(ReportContent content)
    {
        var figures = GateHistory.Of(content.Blueprint, content.Diary!);
        if (figures.Count == 0)
        {
            return new Markup();
        }
        LineChart[] charts =
        [
            new("gate entropy (1 is uniform)", [ChartLine.Of("entropy", 0, figures, row => (row.Epoch, row.Entropy))]),
            new("churn of the top-K, %", [ChartLine.Of("churn", 1, figures, row => (row.Epoch, 100 * row.Churn))]),
            new("dead blocks", [ChartLine.Of("dead blocks", 3, figures, row => (row.Epoch, row.DeadBlocks))]),
            new("out-degree: readers per block",
            [
                ChartLine.Of("most", 2, figures, row => (row.Epoch, row.MostRead)), ChartLine.Of("mean", 0, figures, row => (row.Epoch, row.MeanRead)),
                ChartLine.Of("least", 1, figures, row => (row.Epoch, row.LeastRead)),
            ]),
        ];
        var section = Markup.Of($"<h3>Gates, epoch by epoch</h3>\n<div class=\"charts\">");
        section.Each(charts.Select(chart => chart with { MarkAfter = content.GatesFixedAfter }), chart => $"{chart.Write()}");
        section.Add($"</div><p class=\"note\">In-degree is the fan-in K for every block, always. ");
        section.Add($"Entropy is that of the normalised real gates over that of the uniform draw; ");
        return section.Add($"churn is the share of the K strongest connections that the epoch before had not.</p>\n");
    }

    [GeneratedRegex("(?:`|&#x60;)(.*?)(?:`|&#x60;)")]
    private static partial Regex Code();
}

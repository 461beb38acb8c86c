// The page of a run, section by section: what came out, beside what, how it is wired, how it was learned, where it errs, what
// it costs, and how to repeat it. Everything but the moving picture stands without scripts.
using System.Text.Json.Nodes;

namespace GateConnect.Reporting.Html;

/// <summary>Writes the page of a run.</summary>
internal static class ReportPage
{
    /// <summary>One HTML file that needs nothing else; the same text for equal content.</summary>
    public static string Write(ReportContent content)
    {
        var body = new Markup();
        body.Add($"<header>{HeadlineSection.Write(content)}</header>\n<main>\n");
        foreach (var section in (Markup[])
        [
            HeadlineSection.Baselines(content), WiringSection.Write(content), TrainingSection.Write(content), TestSection.Write(content),
            MistakesSection.Write(content), CostSection.Write(content), RecipeSection.Write(content),
        ])
        {
            body.Add($"{section}");
        }
        body.Add($"</main>");
        var data = new JsonObject();
        if (WiringData.Of(content) is { } wiring)
        {
            data["wiring"] = wiring;
        }
        return PageTemplate.Fill(HeadlineSection.Title(content), body, data, content.Record.Machine.GateConnect);
    }
}

// A table of a page: heads and cells, numbers to the right, scrolled within itself where it is wider than the screen.
namespace GateConnect.Reporting.Html;

/// <summary>Rows of cells. A head that starts with '#' stands over numbers.</summary>
internal sealed class HtmlTable(params string[] heads)
{
    private readonly Markup rows = new();

    /// <summary>Adds a row; cells are text, numbers, or <see cref="Markup"/>.</summary>
    public HtmlTable Add(params object[] cells) => Row("", cells);

    /// <summary>Adds a row that stands out: the run that the page is about.</summary>
    public HtmlTable AddOwn(params object[] cells) => Row("own", cells);

    /// <summary>The table.</summary>
    public Markup Write()
    {
        var table = Markup.Of($"<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>");
        foreach (var head in heads)
        {
            table.Add($"<th scope=\"col\" class=\"{Look(head)}\">{head.TrimStart('#')}</th>");
        }
        return table.Add($"</tr></thead><tbody>\n{rows}</tbody></table></div>\n");
    }

    private HtmlTable Row(string look, object[] cells)
    {
        rows.Add($"<tr class=\"{look}\">");
        for (var column = 0; column < cells.Length; column++)
        {
            rows.Add($"<td class=\"{Look(heads[column])}\">{cells[column]}</td>");
        }
        rows.Add($"</tr>\n");
        return this;
    }

    private static string Look(string head) => head.StartsWith('#') ? "n" : "t";
}

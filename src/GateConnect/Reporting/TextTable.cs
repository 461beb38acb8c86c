// Tables of text: aligned for a terminal, or as Markdown. The first column is left-aligned, the others right-aligned
// where every cell below the head is a number.
using System.Text;

namespace GateConnect.Reporting;

internal sealed class TextTable(params string[] head)
{
    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add(cells);

    public string Plain()
    {
        var (text, widths, right) = (new StringBuilder(), Widths(), RightAligned());
        foreach (var row in rows.Prepend(head))
        {
            var line = row.Select((cell, column) => right[column] ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            text.Append(string.Join("  ", line).TrimEnd()).Append('\n');
        }
        return text.ToString();
    }

    public string Markdown()
    {
        var (text, right) = (new StringBuilder(), RightAligned());
        text.Append("| ").AppendJoin(" | ", head).Append(" |\n");
        text.Append('|').AppendJoin('|', right.Select(isRight => isRight ? "---:" : "---")).Append("|\n");
        foreach (var row in rows)
        {
            text.Append("| ").AppendJoin(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
        }
        return text.ToString();
    }

    private int[] Widths() => [.. head.Select((title, column) => rows.Select(row => row[column].Length).Append(title.Length).Max())];

    private bool[] RightAligned() =>
        [.. head.Select((_, column) => rows.Count > 0 && rows.All(row => row[column].Length == 0 || IsNumber(row[column])))];

    private static bool IsNumber(string cell) => cell == "-" || (char.IsAsciiDigit(cell[^1]) || cell[^1] is '%' or 'B')
        && (char.IsAsciiDigit(cell[0]) || (cell[0] == '-' && cell.Length > 1)) && !cell.Contains(", ", StringComparison.Ordinal);
}

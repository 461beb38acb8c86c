// Tables of text: aligned for a terminal, or as Markdown. A column is right-aligned where every cell below the head is
// a number. Columns stand in the order of their worth: where a terminal is too narrow, what all rows have in common is
// told above, then columns go from the right.
using System.Text;

namespace GateConnect.Reporting;

internal sealed class TextTable(params string[] head)
{
    private const string Gap = "  ";
    private const int FewestColumns = 2;

    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add(cells);

    /// <param name="width">Characters that a line has room for.</param>
    public string Plain(int width = int.MaxValue)
    {
        var (text, widths, right) = (new StringBuilder(), Widths(), RightAligned());
        var (common, shown, left) = Fit(width, widths);
        if (common.Count > 0)
        {
            text.Append("all rows: ").AppendJoin(", ", common.Select(column => $"{head[column]} {rows[0][column]}")).Append("\n\n");
        }
        foreach (var row in rows.Prepend(head))
        {
            var line = shown.Select(column => right[column] ? row[column].PadLeft(widths[column]) : row[column].PadRight(widths[column]));
            text.Append(string.Join(Gap, line).TrimEnd()).Append('\n');
        }
        if (left.Count > 0)
        {
            text.Append("no room for: ").AppendJoin(", ", left.Select(column => head[column])).Append('\n');
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

    // The columns whose cells are told once, those that stand in the table, and those left out.
    private (List<int> Common, List<int> Shown, List<int> Left) Fit(int width, int[] widths)
    {
        List<int> columns = [.. Enumerable.Range(0, head.Length)];
        if (Total(columns, widths) <= width)
        {
            return ([], columns, []);
        }
        List<int> common = [.. columns.Where(column => rows.Count > 1 && rows.All(row => row[column] == rows[0][column]))];
        List<int> various = [.. columns.Except(common)];
        var shown = various.Count;
        while (shown > FewestColumns && Total(various[..shown], widths) > width)
        {
            shown--;
        }
        return (common, various[..shown], various[shown..]);
    }

    private static int Total(List<int> columns, int[] widths) => columns.Sum(column => widths[column] + Gap.Length) - Gap.Length;

    private int[] Widths() => [.. head.Select((title, column) => rows.Select(row => row[column].Length).Append(title.Length).Max())];

    private bool[] RightAligned() =>
        [.. head.Select((_, column) => rows.Count > 0 && rows.All(row => row[column].Length == 0 || IsNumber(row[column])))];

    private static bool IsNumber(string cell) => cell == "-" || (char.IsAsciiDigit(cell[^1]) || cell[^1] is '%' or 'B')
        && (char.IsAsciiDigit(cell[0]) || (cell[0] == '-' && cell.Length > 1)) && !cell.Contains(", ", StringComparison.Ordinal);
}

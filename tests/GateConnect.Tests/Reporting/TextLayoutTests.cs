// Tables and prose on terminals of every width.
using CsCheck;
using GateConnect.Reporting;

namespace GateConnect.Tests.Reporting;

public sealed class TextLayoutTests
{
    private static readonly Gen<string> Cell = Gen.String[Gen.Char['a', 'z'], 1, 12];
    private static readonly Gen<string[][]> Tables = Gen.Int[1, 8].SelectMany(columns => Gen.OneOf(Cell, Gen.Const("same")).Array[columns].Array[1, 6]);

    [Fact]
    public void A_narrow_table_keeps_to_the_width_and_says_what_it_left_out() => Gen.Select(Tables, Gen.Int[1, 120]).Sample((rows, width) =>
    {
        var head = Enumerable.Range(0, rows[0].Length).Select(column => $"C{column}").ToArray();
        var table = Table(head, rows);
        var (narrow, wide) = (table.Plain(width), table.Plain());
        var lines = narrow.Split('\n');
        if (wide.Split('\n').Max(line => line.Length) <= width)
        {
            Assert.Equal(wide, narrow);
        }
        Assert.All(head, title => Assert.Single(lines, line => line.Split([' ', ',']).Contains(title)));
        string[] body = [.. lines.SkipWhile(line => line.StartsWith("all rows: ", StringComparison.Ordinal) || line.Length == 0).Take(rows.Length + 1)];
        Assert.True(body[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Length <= 2 || body.Max(line => line.Length) <= width, narrow);
    });

    [Fact]
    public void What_all_rows_have_in_common_goes_before_anything_is_lost()
    {
        var table = Table(["network", "rule", "top-1 %", "minutes"], [["20,4,8", "Full", "69.38", "31"], ["20,4,8", "Random(4)", "70.10", "32"]]);
        Assert.Equal("all rows: network 20,4,8\n\nrule       top-1 %  minutes\nFull         69.38       31\nRandom(4)    70.10       32\n", table.Plain(30));
        Assert.Equal("all rows: network 20,4,8\n\nrule       top-1 %\nFull         69.38\nRandom(4)    70.10\nno room for: minutes\n", table.Plain(20));
    }

    [Fact]
    public void Wrapped_prose_has_every_word_in_order_and_keeps_to_the_width() => Gen.Select(Cell.Array[1, 30], Gen.Int[1, 40]).Sample((words, width) =>
    {
        var lines = TextLines.Wrap(string.Join(' ', words), width);
        Assert.Equal(words, string.Join(' ', lines).Split(' '));
        Assert.All(lines, line => Assert.True(line.Length <= width || !line.Contains(' ', StringComparison.Ordinal), line));
    });

    private static TextTable Table(string[] head, string[][] rows)
    {
        var table = new TextTable(head);
        foreach (var row in rows)
        {
            table.Add(row);
        }
        return table;
    }
}

// Prose in lines of a width, broken between words.
namespace GateConnect.Reporting;

/// <summary>Breaks prose into lines.</summary>
public static class TextLines
{
    /// <summary>The lines of one paragraph; a word longer than the width has a line to itself. At least one line.</summary>
    /// <param name="text">Words with single blanks between them.</param>
    /// <param name="width">Characters that a line has room for, at least 1.</param>
    public static IReadOnlyList<string> Wrap(string text, int width)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            if (lines[^1].Length > 0 && lines[^1].Length + 1 + word.Length > width)
            {
                lines.Add("");
            }
            lines[^1] += lines[^1].Length == 0 ? word : $" {word}";
        }
        return lines;
    }
}

// Text that may come from anywhere: read only up to a length that its kind never reaches, and shown only as one short line
// that no terminal takes for a command.
namespace GateConnect.Runtime;

/// <summary>Reads and shows text of unknown origin.</summary>
internal static class UntrustedText
{
    private const int LongestLine = 300;

    /// <summary>The whole of a small file.</summary>
    /// <exception cref="IOException">It cannot be read, or is longer than <paramref name="mostBytes"/>.</exception>
    internal static string ReadAll(string path, long mostBytes)
    {
        var bytes = new FileInfo(path).Length;
        return bytes <= mostBytes ? File.ReadAllText(path) : throw new IOException($"it has {bytes} bytes, expected at most {mostBytes}");
    }

    /// <summary>The text with its line ends, every other control character replaced: what may stand in a message.</summary>
    internal static string Shown(string text) =>
        text.Any(IsCommand) ? string.Concat(text.Select(letter => IsCommand(letter) ? '?' : letter)) : text;

    /// <summary>One line of bounded length without control characters.</summary>
    internal static string Printable(string text)
    {
        var shortened = text.Length <= LongestLine ? text : $"{text[..LongestLine]} ...";
        return Shown(shortened.ReplaceLineEndings(" ").Trim());
    }

    private static bool IsCommand(char letter) => char.IsControl(letter) && letter is not ('\n' or '\r');
}

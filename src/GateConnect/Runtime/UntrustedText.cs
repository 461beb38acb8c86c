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

    /// <summary>One line of bounded length without control characters.</summary>
    internal static string Printable(string text)
    {
        var shortened = text.Length <= LongestLine ? text : $"{text[..LongestLine]} ...";
        return string.Concat(shortened.ReplaceLineEndings(" ").Trim().Select(letter => char.IsControl(letter) ? '?' : letter));
    }
}

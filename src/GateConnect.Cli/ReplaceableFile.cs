// Files that a user names and that are written over without a question: only what this program writes itself is.
using GateConnect.Runtime;

namespace GateConnect.Cli;

/// <summary>Keeps users from writing a page over something else.</summary>
internal static class ReplaceableFile
{
    /// <summary>Refuses another ending, and a file that is there and begins otherwise.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="path">The file.</param>
    /// <param name="ending">Such as <c>.svg</c>.</param>
    /// <param name="beginning">What every such file begins with.</param>
    /// <exception cref="ConfigurationException">It is no such file.</exception>
    public static void Require(string option, string path, string ending, string beginning)
    {
        if (!path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
        {
            throw new ConfigurationException($"{option} {path}: expected a file that ends in {ending}");
        }
        if (File.Exists(path) && !Begins(path, beginning))
        {
            throw new ConfigurationException($"{option} {path}: is there, and not of this program's making; move it away or choose another name");
        }
    }

    private static bool Begins(string path, string beginning)
    {
        try
        {
            using var reader = new StreamReader(path);
            var letters = new char[beginning.Length];
            return reader.ReadBlock(letters) == letters.Length && new string(letters).Equals(beginning, StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"{path}: cannot be read, and so not be replaced: {failure.Message}", failure);
        }
    }
}

// What can go wrong for a user, one type per exit code of the command line. Every message is one clear line that
// names the file or value, what was expected, and where possible the remedy.
namespace GateConnect.Runtime;

/// <summary>
/// The tensor library cannot be loaded on this machine; the message says what is missing and what to install.
/// Exit code 1.
/// </summary>
public sealed class RuntimeUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A configuration that cannot be run; the message lists every mistake, one per line. Exit code 2.</summary>
public sealed class ConfigurationException(IReadOnlyList<string> mistakes)
    : Exception(string.Join(Environment.NewLine, mistakes))
{
    /// <summary>Every mistake found, each naming the option, its value and the allowed range.</summary>
    public IReadOnlyList<string> Mistakes { get; } = mistakes;

    /// <summary>A configuration with a single mistake.</summary>
    public ConfigurationException(string mistake)
        : this([mistake])
    {
    }
}

/// <summary>Data that are missing or damaged: file, offset and expectation. Exit code 3.</summary>
public sealed class DataException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A checkpoint or model file that is damaged or does not fit. Exit code 4.</summary>
public sealed class ModelFileException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A loss or gradient that is not finite. Exit code 5.</summary>
public sealed class DivergedException(string message) : Exception(message);

/// <summary>A file or folder that cannot be written: disk full, permissions. Exit code 6.</summary>
public sealed class OutputException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Two networks that should compute the same do not. Exit code 7.</summary>
public sealed class VerificationException(string message) : Exception(message);

/// <summary>The run folder is in use by another process. Exit code 8.</summary>
public sealed class RunInUseException(string message) : Exception(message);

// What can go wrong for a user, one type per exit code of the command line. Every message is one clear line that
// names the file or value, what was expected, and where possible the remedy; what damaged files bring into it is shown harmlessly.
namespace GateConnect.Runtime;

/// <summary>
/// The tensor library cannot be loaded on this machine; the message says what is missing and what to install.
/// Exit code 1.
/// </summary>
public sealed class RuntimeUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A configuration that cannot be run; the message lists every mistake, one per line. Exit code 2.</summary>
public sealed class ConfigurationException(IReadOnlyList<string> mistakes)
    : Exception(UntrustedText.Shown(string.Join(Environment.NewLine, mistakes)))
{
    /// <summary>Every mistake found, each naming the option, its value and the allowed range.</summary>
    public IReadOnlyList<string> Mistakes { get; } = [.. mistakes.Select(UntrustedText.Shown)];

    /// <summary>A configuration with a single mistake.</summary>
    public ConfigurationException(string mistake)
        : this([mistake])
    {
    }
}

/// <summary>Data that are missing or damaged: file, offset and expectation. Exit code 3.</summary>
public sealed class DataException(string message, Exception? inner = null) : Exception(UntrustedText.Shown(message), inner);

/// <summary>A checkpoint or model file that is damaged or does not fit. Exit code 4.</summary>
public class ModelFileException(string message, Exception? inner = null) : Exception(UntrustedText.Shown(message), inner);

/// <summary>A checkpoint of another version of this software: whole perhaps, but not to be read. Exit code 4.</summary>
public sealed class OtherVersionException(string message) : ModelFileException(message);

/// <summary>A loss or gradient that is not finite. Exit code 5.</summary>
public sealed class DivergedException(string message) : Exception(message);

/// <summary>What a second attempt to write can hope for.</summary>
public enum OutputFailure
{
    /// <summary>Nothing: permissions, a folder in the way, a read-only volume.</summary>
    Lasting,

    /// <summary>Success, as the device or the network gave an error that may pass.</summary>
    Passing,

    /// <summary>Success once space is free: the volume or the quota is full.</summary>
    NoSpace,
}

/// <summary>A file or folder that cannot be written: disk full, permissions. Exit code 6.</summary>
public sealed class OutputException(string message, Exception? inner = null) : Exception(UntrustedText.Shown(message), inner)
{
    /// <summary>Whether it is worth another attempt; told by the system's error number.</summary>
    public OutputFailure Failure { get; } = SystemErrors.Judge(inner);
}

/// <summary>Two networks that should compute the same do not. Exit code 7.</summary>
public sealed class VerificationException(string message) : Exception(message);

/// <summary>The run folder is in use by another process. Exit code 8.</summary>
public sealed class RunInUseException(string message) : Exception(message);

// The exit codes of the command line. Scripts depend on them: they do not change.
namespace GateConnect.Cli;

/// <summary>What the process says to its caller.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>A bug, or a system on which libtorch cannot be loaded.</summary>
    public const int Internal = 1;

    /// <summary>Wrong usage or configuration, a changed recipe on resume, or memory foreseen to run out.</summary>
    public const int Configuration = 2;

    /// <summary>Data missing or damaged.</summary>
    public const int Data = 3;

    /// <summary>Checkpoint or model file damaged or incompatible.</summary>
    public const int ModelFile = 4;

    /// <summary>Training diverged.</summary>
    public const int Diverged = 5;

    /// <summary>Output cannot be written.</summary>
    public const int Output = 6;

    /// <summary>Two networks that should compute the same do not.</summary>
    public const int Verification = 7;

    /// <summary>The run folder is in use.</summary>
    public const int RunInUse = 8;

    /// <summary>Ended by SIGINT; SIGHUP is 129 and SIGTERM 143.</summary>
    public const int Interrupted = 130;
}

// Exceptions become one clear line and an exit code here, and nowhere else.
using System.Runtime.InteropServices;
using GateConnect.Runtime;

namespace GateConnect.Cli;

/// <summary>Reports failures.</summary>
internal static class Failures
{
    private const string Issues = "the project's issue tracker";

    /// <summary>The exit code that a failure has.</summary>
    public static int CodeOf(Exception failure) => failure switch
    {
        ConfigurationException => ExitCode.Configuration,
        DataException => ExitCode.Data,
        ModelFileException => ExitCode.ModelFile,
        DivergedException => ExitCode.Diverged,
        OutputException => ExitCode.Output,
        VerificationException => ExitCode.Verification,
        RunInUseException => ExitCode.RunInUse,
        OperationCanceledException => ExitCode.Interrupted,
        _ when IsOutOfMemory(failure) => ExitCode.Configuration,
        _ => ExitCode.Internal,
    };

    /// <summary>Says on stderr what went wrong, and returns the exit code.</summary>
    public static int Report(Exception failure, Terminal terminal, Interruption interruption)
    {
        while (failure is AggregateException { InnerExceptions.Count: 1 } or System.Reflection.TargetInvocationException or TypeInitializationException
            && failure.InnerException is { } inner)
        {
            failure = inner;
        }
        switch (failure)
        {
            case OperationCanceledException:
                terminal.Error.WriteLine("stopped");
                return interruption.ExitCode ?? ExitCode.Interrupted;
            case ConfigurationException configuration:
                foreach (var mistake in configuration.Mistakes)
                {
                    terminal.Fail(mistake);
                }
                break;
            case var _ when IsOutOfMemory(failure):
                terminal.Fail("memory ran out: use a smaller --batch-size, --image-size or network");
                break;
            case RuntimeUnavailableException:
            case var _ when CodeOf(failure) != ExitCode.Internal:
                terminal.Fail(failure.Message);
                break;
            default:
                terminal.Fail($"this is a bug: please report it in {Issues}, with the command and these lines");
                terminal.Error.WriteLine(failure);
                break;
        }
        return CodeOf(failure);
    }

    // libtorch's allocator reports through an exception without a type of its own.
    private static bool IsOutOfMemory(Exception failure) =>
        failure is OutOfMemoryException
        || (failure is ExternalException && failure.Message.Contains("can't allocate memory", StringComparison.Ordinal));
}

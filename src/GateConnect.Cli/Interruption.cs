// Ctrl-C, SIGTERM and SIGHUP. The first asks for an end after the present batch, with a checkpoint; a second Ctrl-C
// is not caught and ends the process at once.
using System.Runtime.InteropServices;

namespace GateConnect.Cli;

/// <summary>What ends a command early. Dispose it to stop listening.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations = [];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>128 + the signal's number, or null while there was none.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Listens to this process's signals.</summary>
    public static Interruption OfProcess()
    {
        var interruption = new Interruption();
        interruption.Listen(PosixSignal.SIGHUP, 129);
        interruption.Listen(PosixSignal.SIGINT, 130);
        interruption.Listen(PosixSignal.SIGTERM, 143);
        return interruption;
    }

    /// <summary>Asks for the end, as a signal does; false if that was done before.</summary>
    public bool Raise(int exitCode)
    {
        if (ExitCode is not null)
        {
            return false;
        }
        ExitCode = exitCode;
        source.Cancel();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }
        source.Dispose();
    }

    private void Listen(PosixSignal signal, int exitCode) =>
        registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            if (Raise(exitCode))
            {
                context.Cancel = true;
            }
            else
            {
                Environment.Exit(exitCode);
            }
        }));
}

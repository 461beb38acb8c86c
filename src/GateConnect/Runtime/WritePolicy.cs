// What a run does when a file cannot be written: errors that may pass are tried again, a full volume ends the run or is
// waited for, everything else ends it at once. Whatever is written again is written whole.
namespace GateConnect.Runtime;

/// <summary>What to do when the volume is full.</summary>
public enum FullVolumePolicy
{
    /// <summary>End with an <see cref="OutputException"/>; what was written before stays.</summary>
    Stop,

    /// <summary>Say so, and try again until there is room.</summary>
    Wait,
}

/// <summary>How patiently files are written.</summary>
public sealed record WritePolicy
{
    private const int AttemptsPerNote = 60; // of a full volume: ten minutes

    /// <summary>Four attempts over less than two seconds; a full volume ends the run.</summary>
    public static WritePolicy Default { get; } = new();

    /// <summary>What to do when the volume is full; default stop.</summary>
    public FullVolumePolicy OnFullVolume { get; init; } = FullVolumePolicy.Stop;

    /// <summary>Attempts at a write whose error may pass, 1 up; default 4.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>The pause before the second attempt, doubled before every further one; default a quarter of a second.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The pause between two attempts on a full volume; default ten seconds.</summary>
    public TimeSpan FullVolumePause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Hears, in a line, of every failed attempt that will be repeated.</summary>
    public Action<string>? Note { get; init; }

    /// <summary>Ends the waiting: the failure is then thrown as if there were no further attempt.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>Called before every attempt: makes sure that there is a place to write to.</summary>
    public Action? Before { get; init; }

    /// <summary>Writes, again where that may help.</summary>
    /// <param name="write">Writes something whole; may be called more than once.</param>
    /// <exception cref="OutputException">It could not be written.</exception>
    public void Write(Action write)
    {
        ArgumentNullException.ThrowIfNull(write);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Before?.Invoke();
                write();
                return;
            }
            catch (OutputException failure) when (PauseAfter(failure, attempt) is { } pause)
            {
                if (failure.Failure == OutputFailure.Passing || attempt % AttemptsPerNote == 1)
                {
                    Note?.Invoke($"{failure.Message}; trying again");
                }
                if (Cancel.WaitHandle.WaitOne(pause))
                {
                    throw;
                }
            }
        }
    }

    // Null where another attempt is not worth it.
    private TimeSpan? PauseAfter(OutputException failure, int attempt) => failure.Failure switch
    {
        _ when Cancel.IsCancellationRequested => null,
        OutputFailure.NoSpace => OnFullVolume == FullVolumePolicy.Wait ? FullVolumePause : null,
        OutputFailure.Passing => attempt < Attempts ? Pause * Math.Pow(2, attempt - 1) : null,
        _ => null,
    };
}

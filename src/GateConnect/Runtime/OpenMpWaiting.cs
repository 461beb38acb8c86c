// libtorch shares an operation among OpenMP threads, and a thread that has done its share goes on turning in place for
// some three milliseconds, in case the next operation comes soon. Where another process or a thread of .NET wants that
// processor, everybody waits for nobody. libgomp reads its settings once, when it is loaded: before that, a shorter wait
// is asked for (docs/decisions/0011).
namespace GateConnect.Runtime;

/// <summary>How long threads of libtorch wait awake for the next operation before they sleep.</summary>
internal static class OpenMpWaiting
{
    /// <summary>libgomp's own variable for the turns of a waiting thread; what the user has set in it stays.</summary>
    public const string SpinVariable = "GOMP_SPINCOUNT";

    /// <summary>OpenMP's variable, <c>active</c> or <c>passive</c>; where the user has set it, it decides.</summary>
    public const string PolicyVariable = "OMP_WAIT_POLICY";

    /// <summary>Turns unless the user says otherwise: about a tenth of a millisecond; libgomp's own default is 300,000.</summary>
    public const string Spins = "10000";

    /// <summary>Asks for <see cref="Spins"/>, unless the environment says otherwise. No use once libtorch is loaded.</summary>
    public static void Configure()
    {
        // .NET's own SetEnvironmentVariable changes a copy that native code does not see.
        if (SystemLibrary.IsGlibcX64 && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(PolicyVariable)))
        {
            _ = SystemLibrary.SetVariable(SpinVariable, Spins, overwrite: 0);
        }
    }
}

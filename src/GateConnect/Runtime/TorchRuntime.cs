// The one door to libtorch. Preparing is cheap and happens when this assembly is first used: the allocator is told to
// keep its memory, OpenMP not to wait awake for long, and TorchSharp's library is made loadable. Loading takes longer and
// happens on the first call of EnsureLoaded. Neither throws out of an initializer: a failure is kept and thrown by EnsureLoaded.
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using TorchSharp;

namespace GateConnect.Runtime;

/// <summary>Loads libtorch once and sets how many threads it uses. Thread-safe.</summary>
public static class TorchRuntime
{
    private static readonly Lazy<Exception?> Prepared = new(() => Failure(Prepare));
    private static readonly Lazy<Exception?> Loaded = new(() => Prepared.Value ?? Failure(Load));

    /// <summary>Loads libtorch, once; further calls cost nothing. Call it before the first tensor.</summary>
    /// <exception cref="RuntimeUnavailableException">
    /// It cannot be loaded; the message says what is missing and what to install.
    /// </exception>
    /// <exception cref="ConfigurationException">GATECONNECT_ALLOCATOR holds neither kept nor stock.</exception>
    public static void EnsureLoaded()
    {
        if (Loaded.Value is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>How many threads one operation of libtorch may use; the processors available, unless set.</summary>
    /// <exception cref="RuntimeUnavailableException">libtorch cannot be loaded.</exception>
    public static int Threads
    {
        get
        {
            EnsureLoaded();
            return torch.get_num_threads();
        }
    }

    /// <summary>Sets how many threads one operation of libtorch may use, in the whole process.</summary>
    /// <param name="threads">1 or more. Results are reproducible bit for bit at a fixed number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is zero or negative.</exception>
    /// <exception cref="RuntimeUnavailableException">libtorch cannot be loaded.</exception>
    public static void SetThreads(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        EnsureLoaded();
        torch.set_num_threads(threads);
    }

    /// <summary>
    /// For trainings that are short of memory: from now on large tensors (32 MiB and more) go back to the system as soon as they are freed,
    /// in the whole process, and cost page faults when they are made. Small ones are kept as before.
    /// </summary>
    public static void ReturnLargeBlocks() => Allocator.ReturnLargeBlocks();

#pragma warning disable CA2255 // A library initializer is meant here: users of the library need no ceremony.
    [ModuleInitializer]
    internal static void Start() => _ = Prepared.Value;
#pragma warning restore CA2255

    private static void Prepare()
    {
        Allocator.Configure();
        OpenMpWaiting.Configure();
        NativeLoading.MakeLoadable();
    }

    private static void Load()
    {
        NativeLoading.Load();
        Nnpack.TurnOff();
    }

    private static Exception? Failure(Action step)
    {
        try
        {
            step();
            return null;
        }
        catch (Exception failure) when (failure is RuntimeUnavailableException or ConfigurationException)
        {
            return failure;
        }
    }
}

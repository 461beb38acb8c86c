// libtorch asks glibc for every tensor, and by default glibc gives large blocks back to the kernel, which then has to
// fault in every page again: one ReLU over 8.4 million floats costs 60 times its arithmetic. Told once, before the
// first tensor, glibc keeps what it has. The price: freed memory stays with the process.
namespace GateConnect.Runtime;

/// <summary>How glibc treats memory that tensors give back.</summary>
internal static class Allocator
{
    /// <summary>The environment variable that chooses: <c>kept</c> (the default) or <c>stock</c>.</summary>
    public const string Variable = "GATECONNECT_ALLOCATOR";

    private const int MapThreshold = -3;
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MapMaximum = -4;
    private const int ArenaMaximum = -8;
    private const int TopPadBytes = 64 << 20;

    // The most that glibc takes as a threshold, and its usual maximum of mappings.
    private const int LargeBytes = 32 << 20, UsualMaximum = 65536;

    /// <summary>Applies the choice in the environment.</summary>
    /// <exception cref="ConfigurationException">The variable holds neither <c>kept</c> nor <c>stock</c>.</exception>
    public static void Configure()
    {
        var choice = Environment.GetEnvironmentVariable(Variable);
        if (choice is not (null or "" or "kept" or "stock"))
        {
            throw new ConfigurationException($"{Variable}={choice}: expected kept or stock");
        }
        if (choice != "stock" && SystemLibrary.IsGlibcX64)
        {
            Keep();
        }
    }

    /// <summary>From now on blocks of 32 MiB and more go back to the kernel when they are freed, so that none leaves a hole.</summary>
    public static void ReturnLargeBlocks()
    {
        if (SystemLibrary.IsGlibcX64)
        {
            _ = SystemLibrary.AllocatorOption(MapThreshold, LargeBytes);
            _ = SystemLibrary.AllocatorOption(MapMaximum, UsualMaximum);
        }
    }

    // All tensors come from the one heap (no private mappings, no per-thread arenas), which never shrinks and grows
    // in large steps. A refused option only costs speed.
    private static void Keep()
    {
        _ = SystemLibrary.AllocatorOption(MapMaximum, 0);
        _ = SystemLibrary.AllocatorOption(TrimThreshold, -1);
        _ = SystemLibrary.AllocatorOption(TopPad, TopPadBytes);
        _ = SystemLibrary.AllocatorOption(ArenaMaximum, 1);
    }
}

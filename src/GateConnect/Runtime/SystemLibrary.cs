// The few calls into the C library that .NET has no name for. Linux with glibc only; callers check first.
using System.Runtime.InteropServices;

namespace GateConnect.Runtime;

internal static partial class SystemLibrary
{
    /// <summary>Whether this process runs on 64-bit x86 Linux with glibc, the one platform the native parts are tested on.</summary>
    public static bool IsGlibcX64 { get; } =
        OperatingSystem.IsLinux()
        && RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64
        && NativeLibrary.TryLoad("libc.so.6", out _);

    /// <summary>Whether the system's libstdc++ defines <paramref name="symbol"/> under <paramref name="version"/>.</summary>
    public static bool StandardLibraryHas(string symbol, string version) =>
        NativeLibrary.TryLoad("libstdc++.so.6", out var handle) && VersionedSymbol(handle, symbol, version) != 0;

    /// <summary>mallopt(3); 1 on success.</summary>
    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    public static partial int AllocatorOption(int parameter, int value);

    [LibraryImport("libc.so.6", EntryPoint = "dlvsym", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint VersionedSymbol(nint handle, string symbol, string version);
}

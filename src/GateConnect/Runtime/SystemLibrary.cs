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

    /// <summary>setenv(3): a variable that native libraries see; with <paramref name="overwrite"/> 0 one that is set stays. 0 on success.</summary>
    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetVariable(string name, string value, int overwrite);

    /// <summary>getenv(3): a variable as native libraries see it; 0 where it is not set.</summary>
    [LibraryImport("libc.so.6", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Variable(string name);

    [LibraryImport("libc.so.6", EntryPoint = "dlvsym", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint VersionedSymbol(nint handle, string symbol, string version);
}

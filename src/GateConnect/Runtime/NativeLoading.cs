// Makes TorchSharp's native library acceptable to the system's loader and loads it, turning whatever is missing into
// one line that names it and the package that has it. Tested on Linux x64 with glibc; elsewhere the stock packages of
// TorchSharp are tried as they are.
using System.Runtime.InteropServices;
using TorchSharp;

namespace GateConnect.Runtime;

internal static class NativeLoading
{
    private const string Binding = "libLibTorchSharp.so";
    private const string Tensors = "libtorch_cpu.so";
    private const string Symbol = "_ZSt21ios_base_library_initv";
    private const string Version = "GLIBCXX_3.4.32";

    /// <summary>Patches TorchSharp's library where the system's libstdc++ is too old for it; else does nothing.</summary>
    /// <exception cref="RuntimeUnavailableException">The library is damaged, shared, or cannot be replaced.</exception>
    public static void MakeLoadable()
    {
        if (!SystemLibrary.IsGlibcX64 || SystemLibrary.StandardLibraryHas(Symbol, Version)
            || NativeFolder.Find(Binding) is not { } path)
        {
            return;
        }
        const string remedy = $"this system's libstdc++ lacks {Version} (it comes with libstdc++6 of Debian 13, Ubuntu 24.04 or later)";
        if (NativeFolder.IsSharedPackage(path))
        {
            throw new RuntimeUnavailableException(
                $"{path}: {remedy}, and the package cache is never patched: build the program, so that it has its own copy");
        }
        try
        {
            WeakVersionPatch.Apply(path, Version);
        }
        catch (InvalidDataException damage)
        {
            throw new RuntimeUnavailableException($"{path}: {damage.Message}; restore the package TorchSharp again", damage);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw new RuntimeUnavailableException(
                $"{path} cannot be adapted ({refusal.Message}): {remedy}; start the program once as the owner of that folder",
                refusal);
        }
    }

    /// <summary>Loads libtorch and TorchSharp's library and starts TorchSharp.</summary>
    /// <exception cref="RuntimeUnavailableException">A library is missing or refused.</exception>
    public static void Load()
    {
        if (SystemLibrary.IsGlibcX64)
        {
            Load(Tensors, "add the package libtorch-cpu-linux-x64");
            Load(Binding, "add the package TorchSharp");
        }
        else if (!NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out _))
        {
            throw new RuntimeUnavailableException(
                $"libtorch is not here for {RuntimeInformation.RuntimeIdentifier}: GateConnect is tested on linux-x64 (glibc); "
                + $"elsewhere add the package {PackageHere()} of the version TorchSharp asks for");
        }
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception failure) when (failure is NotSupportedException or TypeInitializationException)
        {
            throw new RuntimeUnavailableException($"TorchSharp did not start: {OneLine(failure.GetBaseException())}", failure);
        }
    }

    private static void Load(string name, string remedy)
    {
        if (NativeFolder.Find(name) is not { } path)
        {
            throw new RuntimeUnavailableException($"{name} is not beside the program in {AppContext.BaseDirectory}: {remedy}");
        }
        try
        {
            NativeLibrary.Load(path);
        }
        catch (DllNotFoundException refusal)
        {
            throw new RuntimeUnavailableException($"{path} does not load: {Reason(refusal.Message)}", refusal);
        }
    }

    // The loader's own words, with the package for the libraries and versions a small system may lack.
    private static string Reason(string message)
    {
        var line = message.Split('\n').FirstOrDefault(line => line.Contains("cannot open", StringComparison.Ordinal)
            || line.Contains("version", StringComparison.Ordinal)) ?? message;
        var remedy = line switch
        {
            _ when line.Contains("GLIBC_", StringComparison.Ordinal) => "; Debian 12, Ubuntu 22.04 or later is needed",
            _ when line.Contains("GLIBCXX_", StringComparison.Ordinal) => "; libstdc++6 of Debian 12, Ubuntu 22.04 or later is needed",
            _ when line.Contains("libstdc++", StringComparison.Ordinal) => "; apt-get install libstdc++6",
            _ when line.Contains("libgcc_s", StringComparison.Ordinal) => "; apt-get install libgcc-s1",
            _ when line.Contains("libgomp", StringComparison.Ordinal) => "; add the package libtorch-cpu-linux-x64",
            _ => "",
        };
        return line.Trim() + remedy;
    }

    private static string OneLine(Exception failure) => failure.Message.Trim().Split('\n')[0].Trim();

    private static string PackageHere() => (OperatingSystem.IsWindows(), OperatingSystem.IsMacOS()) switch
    {
        (true, _) => "libtorch-cpu-win-x64",
        (_, true) => "libtorch-cpu-osx-arm64",
        _ => "libtorch-cpu-linux-x64",
    };
}

// What a reader of run.json needs to judge a timing or to repeat a run: machine and versions. Names no host, user or path.
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;

namespace GateConnect.Runtime;

/// <summary>The machine and the versions a run was made with.</summary>
/// <param name="System">The operating system, as it names itself.</param>
/// <param name="Processor">The processor's model name.</param>
/// <param name="Cores">Processors available to this process.</param>
/// <param name="MemoryBytes">Memory available to this process, in bytes; the limit inside a container.</param>
/// <param name="VectorInstructions">The widest vector instructions .NET uses: avx512, avx2, or 128-bit.</param>
/// <param name="DotNet">The version of .NET.</param>
/// <param name="LibTorch">The version of libtorch.</param>
/// <param name="TorchSharp">The version of TorchSharp.</param>
/// <param name="GateConnect">The version of this library.</param>
public sealed record MachineFacts(
    string System,
    string Processor,
    int Cores,
    long MemoryBytes,
    string VectorInstructions,
    string DotNet,
    string LibTorch,
    string TorchSharp,
    string GateConnect)
{
    /// <summary>Reads the facts of this machine; needs no libtorch.</summary>
    public static MachineFacts Read() => new(
        RuntimeInformation.OSDescription,
        ProcessorModel(),
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Vector512.IsHardwareAccelerated ? "avx512" : Vector256.IsHardwareAccelerated ? "avx2" : "128-bit",
        Environment.Version.ToString(),
        Versions.LibTorch,
        Versions.TorchSharp,
        Versions.GateConnect);

    private static string ProcessorModel()
    {
        const string facts = "/proc/cpuinfo";
        var line = File.Exists(facts)
            ? File.ReadLines(facts).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}

/// <summary>The versions of this library and of what it computes with.</summary>
public static class Versions
{
    /// <summary>This library's version, such as <c>0.1.0</c>.</summary>
    public static string GateConnect { get; } = Of(typeof(Versions).Assembly);

    /// <summary>TorchSharp's version.</summary>
    public static string TorchSharp { get; } = Of(typeof(torch).Assembly);

    /// <summary>The version of libtorch that TorchSharp was built for.</summary>
    public static string LibTorch => torch.__version__;

    // The informational version without the commit that the SDK appends after a plus sign.
    private static string Of(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? assembly.GetName().Version?.ToString() ?? "unknown";
}

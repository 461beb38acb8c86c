// How much memory this process has, as the kernel counts it: tensors live outside the managed heap, so .NET's own
// counters see almost nothing of them.
using System.Diagnostics;
using System.Globalization;

namespace GateConnect.Runtime;

/// <summary>Resident memory of this process, managed and native together.</summary>
public static class ProcessMemory
{
    private const string Status = "/proc/self/status";

    /// <summary>The most resident memory the process ever had, in bytes.</summary>
    public static long PeakBytes() => KernelValue("VmHWM:") ?? Managed(process => process.PeakWorkingSet64);

    /// <summary>The resident memory of the process now, in bytes.</summary>
    public static long CurrentBytes() => KernelValue("VmRSS:") ?? Managed(process => process.WorkingSet64);

    // Lines look like "VmHWM:     12345 kB".
    private static long? KernelValue(string name)
    {
        if (!File.Exists(Status))
        {
            return null;
        }
        var line = File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? null : long.Parse(line[name.Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    private static long Managed(Func<Process, long> value)
    {
        using var process = Process.GetCurrentProcess();
        return value(process);
    }
}

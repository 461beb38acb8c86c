// The attack on every format, as a table.
using System.Globalization;
using GateConnect.Runtime;

namespace GateConnect.Soak.Fuzz;

internal static class FuzzReport
{
    private const double LongestSeconds = 5;
    private const long MostBytes = 512L << 20;

    /// <returns>How many promises were broken.</returns>
    public static int Run(int count, int seed, string formats)
    {
        TorchRuntime.EnsureLoaded();
        TorchRuntime.SetThreads(1);
        var folder = Directory.CreateTempSubdirectory("gateconnect-fuzz-").FullName;
        var broken = 0;
        var before = ProcessMemory.PeakBytes();
        Console.WriteLine($"| format | inputs | refused | read as well-formed | slowest, s | most memory, MiB |\n|---|---|---|---|---|---|");
        foreach (var target in FuzzTargets.In(folder).Where(target => target.Format.StartsWith(formats, StringComparison.Ordinal)))
        {
            var outcome = FuzzOutcome.Of(target, count, seed);
            var mebibytes = outcome.MostBytes / 1048576.0;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {outcome.Format} | {outcome.Inputs} | {outcome.Refused} | {outcome.Read} | {outcome.SlowestSeconds:0.000} | {mebibytes:0.0} |"));
            foreach (var line in outcome.Broken.Take(5))
            {
                Console.Error.WriteLine(line);
            }
            broken += outcome.Broken.Count + (outcome.SlowestSeconds > LongestSeconds ? 1 : 0) + (outcome.MostBytes > MostBytes ? 1 : 0);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"peak resident memory {before / 1048576.0:0} MiB before, {ProcessMemory.PeakBytes() / 1048576.0:0} MiB at the end; seed {seed}"));
        Directory.Delete(folder, recursive: true);
        return broken;
    }
}

// A day's worth of steps in one process: memory and handles must stay where they were after the first tenth.
using System.Diagnostics;
using System.Globalization;

namespace GateConnect.Soak;

internal static class LongRun
{
    private const int BatchSize = 16;
    private const int Images = 1600;

    /// <returns>How many promises were broken.</returns>
    public static int Run(int steps)
    {
        var root = Directory.CreateTempSubdirectory("gateconnect-steps-").FullName;
        var epochs = (int)Math.Ceiling((double)steps * BatchSize / Images);
        string[] changes =
        [
            "--train-limit", Images.ToString(CultureInfo.InvariantCulture), "--holdout", "0", "--batch-size", BatchSize.ToString(CultureInfo.InvariantCulture),
            "--epochs", epochs.ToString(CultureInfo.InvariantCulture), "--checkpoint-every", "50b",
        ];
        var clock = Stopwatch.StartNew();
        using var tool = Tool.Start(Path.Combine(root, "run"), changes);
        var samples = new List<(double Seconds, double Memory, int Handles)>();
        var lastEpoch = string.Create(CultureInfo.InvariantCulture, $"epoch {epochs,3} ");
        while (!tool.WaitFor(TimeSpan.FromSeconds(2)))
        {
            // What comes after training, the measuring of the test images in large batches, takes memory of its own.
            if (tool.Said.Contains(lastEpoch, StringComparison.Ordinal))
            {
                continue;
            }
            if (Sample(tool.Id) is var (memory, handles))
            {
                samples.Add((clock.Elapsed.TotalSeconds, memory, handles));
            }
        }
        var code = tool.Wait();
        var rest = samples.Skip(samples.Count / 10).ToArray();
        var (first, last) = (rest[..(rest.Length / 3)], rest[^(rest.Length / 3)..]);
        var growth = last.Average(sample => sample.Memory) / first.Average(sample => sample.Memory) - 1;
        var handlesGrowth = last.Average(sample => sample.Handles) - first.Average(sample => sample.Handles);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{epochs * (Images / BatchSize)} steps in {clock.Elapsed.TotalMinutes:0.0} min, exit code {code}: "
            + $"resident memory {first.Average(sample => sample.Memory):0.0} MiB in the first third after a tenth, "
            + $"{last.Average(sample => sample.Memory):0.0} in the last ({100 * growth:+0.0;-0.0} %), "
            + $"{first.Average(sample => sample.Handles):0.0} and {last.Average(sample => sample.Handles):0.0} open files; {rest.Length} samples"));
        Directory.Delete(root, recursive: true);
        return (code == 0 ? 0 : 1) + (growth < 0.05 ? 0 : 1) + (handlesGrowth < 1 ? 0 : 1);
    }

    private static (double Memory, int Handles)? Sample(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
            var kilobytes = long.Parse(line["VmRSS:".Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture);
            return (kilobytes / 1024.0, Directory.GetFileSystemEntries($"/proc/{process}/fd").Length);
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            return null; // it has just ended
        }
    }
}

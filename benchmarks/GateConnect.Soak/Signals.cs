// SIGTERM, SIGINT and SIGHUP in every stage of a run: how long it takes to end, with which code, and whether what goes on
// from there ends where an undisturbed run ends.
using System.Diagnostics;

namespace GateConnect.Soak;

internal sealed class Signals(int seed)
{
    private static readonly (int Number, int Code)[] Kinds = [(Tool.Terminate, 143), (Tool.Interrupt, 130), (Tool.Hangup, 129)];

    private readonly Random random = new(seed);
    private readonly SortedDictionary<string, List<double>> seconds = new(StringComparer.Ordinal);
    private int broken;

    /// <returns>How many promises were broken.</returns>
    public int Run(int count)
    {
        var root = Directory.CreateTempSubdirectory("gateconnect-signals-").FullName;
        var expected = Path.Combine(root, "undisturbed");
        var clock = Stopwatch.StartNew();
        Tool.Run(expected);
        var whole = clock.Elapsed.TotalSeconds;
        for (var (sent, run) = (0, 1); sent < count; run++)
        {
            var folder = Path.Combine(root, $"run-{run}");
            while (!File.Exists(Path.Combine(folder, "summary.md")))
            {
                sent += Interrupt(folder, whole, Kinds[sent % Kinds.Length]);
            }
            broken += Tool.Run(folder).Code == 0 && Tool.Difference(expected, folder) is null ? 0 : 1;
        }
        foreach (var (stage, times) in seconds)
        {
            Console.WriteLine($"{stage,-16} {times.Count,3} signals, ended after {times.Average():0.00} s on average, {times.Max():0.00} s at most");
        }
        Directory.Delete(root, recursive: true);
        return broken + seconds.Values.Sum(times => times.Count(time => time > 10));
    }

    private int Interrupt(string folder, double whole, (int Number, int Code) kind)
    {
        using var tool = Tool.Start(folder);
        // One time in three the end is waited for, which is short.
        var late = random.Next(3) == 0;
        for (var clock = Stopwatch.StartNew();
            late && !tool.HasEnded && !tool.Said.Contains("epoch   3", StringComparison.Ordinal) && clock.Elapsed.TotalSeconds < 2 * whole;)
        {
            Thread.Sleep(2);
        }
        if (tool.WaitFor(TimeSpan.FromSeconds(random.NextDouble() * (late ? 0.6 : whole / 3))))
        {
            return 0;
        }
        var stage = Stage(tool.Said, folder);
        var since = Stopwatch.StartNew();
        tool.Send(kind.Number);
        var code = tool.Wait();
        if (!seconds.TryGetValue(stage, out var times))
        {
            seconds[stage] = times = [];
        }
        times.Add(since.Elapsed.TotalSeconds);
        if (code != kind.Code && code != 0)
        {
            // Before .NET listens, the system's own answer to a signal holds: the process ends by it, with the same code.
            broken++;
            Console.WriteLine($"signal {kind.Number} in {stage}: exit code {code}\n{tool.Said}");
        }
        return 1;
    }

    // By the folder, not by what this life said: a resumed one is silent about epochs that ended before it. Half of the job's
    // three epochs learn gates, so the second one has both phases.
    private static string Stage(string said, string folder) =>
        said.Contains("epoch   3", StringComparison.Ordinal) ? File.Exists(Path.Combine(folder, "unpruned.safetensors")) ? "7 writing" : "6 pruning"
        : !said.Contains("run folder", StringComparison.Ordinal) ? File.Exists(Path.Combine(folder, ".lock")) ? "2 data loading" : "1 starting"
        : Epochs(folder) switch
        {
            0 => "3 gate phase",
            1 => "4 both phases",
            _ => "5 fine-tuning",
        };

    private static int Epochs(string folder)
    {
        var metrics = Path.Combine(folder, "metrics.jsonl");
        return File.Exists(metrics) ? File.ReadAllLines(metrics).Length : 0;
    }
}

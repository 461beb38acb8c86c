// kill -9 at random moments, from the first to the last and every second time within a write where one comes in time, and
// --resume auto after each: what comes out must be what an undisturbed run gives, and no checkpoint may ever be unreadable.
using System.Diagnostics;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Soak;

internal sealed class Kills(int seed)
{
    private readonly Random random = new(seed);
    private int kills, afterTraining, duringWrite, betweenCheckpoints, beforeFirst, unreadable, runs, different;

    /// <summary>Kills until the count is reached and the run that was being killed has ended.</summary>
    /// <returns>How many promises were broken.</returns>
    public int Run(int count)
    {
        var root = Directory.CreateTempSubdirectory("gateconnect-kills-").FullName;
        var (expected, clock) = (Path.Combine(root, "undisturbed"), Stopwatch.StartNew());
        var (code, said) = Tool.Run(expected, "--checkpoint-every", "7b");
        if (code != 0)
        {
            throw new InvalidOperationException(said);
        }
        Console.WriteLine($"undisturbed run: {clock.Elapsed.TotalSeconds:0.0} s");
        while (kills < count)
        {
            var folder = Path.Combine(root, $"run-{++runs}");
            // Every step written, so that many deaths fall into a write; or a few steps apart.
            var interval = runs % 2 == 1 ? "1b" : "5b";
            while (!LiveAndDie(folder, interval, mayKill: kills < count))
            {
            }
            if (Tool.Difference(expected, folder) is { } name)
            {
                different++;
                Console.WriteLine($"{folder}: {name} differs");
            }
            Console.WriteLine($"run {runs} (checkpoint every {interval}): ended after {kills} kills in all; "
                + $"{duringWrite} left a half-written file, {unreadable} checkpoints unreadable, {different} runs differ");
        }
        Console.WriteLine($"{kills} kills -9 in {clock.Elapsed.TotalMinutes:0.0} min, seed {seed}: {beforeFirst} before the first checkpoint, "
            + $"{betweenCheckpoints} between, {duringWrite} within a write, {afterTraining} after training had ended; "
            + $"{runs} runs ended, {different} differ from the undisturbed one, {unreadable} checkpoints unreadable");
        if (different == 0)
        {
            Directory.Delete(root, recursive: true);
        }
        return different + unreadable;
    }

    private bool LiveAndDie(string folder, string interval, bool mayKill)
    {
        using var tool = Tool.Start(folder, "--checkpoint-every", interval);
        // One life in five is counted from its start, the others from their first step: reading the images takes seconds.
        if (mayKill && kills % 5 != 0)
        {
            AwaitTraining(tool);
        }
        var life = TimeSpan.FromSeconds(random.NextDouble() * 3.5);
        if (!mayKill || tool.WaitFor(life))
        {
            var code = tool.Wait();
            return code == 0 ? true : throw new InvalidOperationException($"{folder}: exit code {code}\n{tool.Said}");
        }
        if (kills % 2 == 1)
        {
            AwaitWrite(folder);
        }
        tool.Send(Tool.Kill);
        tool.Wait();
        kills++;
        Look(folder, tool.Said);
        return false;
    }

    private static void AwaitTraining(Tool tool)
    {
        while (!tool.HasEnded && !tool.Said.Contains("run folder", StringComparison.Ordinal))
        {
            Thread.Sleep(5);
        }
    }

    // Every second death is to fall into a write: it waits for one to begin, for two seconds at most.
    private void AwaitWrite(string folder)
    {
        var (checkpoints, clock) = (Path.Combine(folder, "checkpoint"), Stopwatch.StartNew());
        while (clock.Elapsed.TotalSeconds < 2 && !(Directory.Exists(checkpoints) && Directory.EnumerateFiles(checkpoints, ".*.tmp").Any()))
        {
            Thread.Yield();
        }
        Thread.SpinWait(random.Next(200_000));
    }

    private void Look(string folder, string said)
    {
        var checkpoints = Path.Combine(folder, "checkpoint");
        string[] files = Directory.Exists(checkpoints) ? Directory.GetFiles(checkpoints) : [];
        var half = files.Concat(Directory.Exists(folder) ? Directory.GetFiles(folder) : []).Any(file => file.EndsWith(".tmp", StringComparison.Ordinal));
        if (half)
        {
            duringWrite++;
        }
        else if (files.Length == 0)
        {
            beforeFirst++;
        }
        else if (said.Contains("epoch   3", StringComparison.Ordinal))
        {
            afterTraining++;
        }
        else
        {
            betweenCheckpoints++;
        }
        foreach (var file in files.Where(file => file.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            try
            {
                CheckpointStore.Open(file).Dispose();
            }
            catch (ModelFileException failure)
            {
                unreadable++;
                Console.WriteLine(failure.Message);
            }
        }
    }
}

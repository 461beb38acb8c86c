// A run on a volume of its own that is too small, at every size from almost nothing to almost enough: it ends with exit
// code 6 and a line that names volume and bytes missing, every checkpoint is whole, and with room again it ends as ever.
using System.Diagnostics;
using System.Text.RegularExpressions;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Soak;

internal static partial class FullDisk
{
    private const int LargestKilobytes = 14_000;
    private const int StepKilobytes = 350;

    /// <returns>How many promises were broken.</returns>
    public static int Run()
    {
        var root = Directory.CreateTempSubdirectory("gateconnect-full-").FullName;
        var (expected, volume) = (Path.Combine(root, "undisturbed"), Directory.CreateDirectory(Path.Combine(root, "volume")).FullName);
        Tool.Run(expected);
        var (broken, full) = (0, 0);
        Mount(volume, "size=64k");
        try
        {
            for (var kilobytes = StepKilobytes; kilobytes <= LargestKilobytes; kilobytes += StepKilobytes)
            {
                Mount(volume, $"remount,size={kilobytes}k");
                var (code, said) = Tool.Run(Path.Combine(volume, "run"), "--checkpoint-every", "9b");
                if (code == 0)
                {
                    break;
                }
                full++;
                var line = said.Split('\n').FirstOrDefault(text => text.StartsWith("error:", StringComparison.Ordinal)) ?? "";
                if (code != 6 || !line.Contains(volume, StringComparison.Ordinal) || !Missing().IsMatch(line)
                    || !AllWhole(Path.Combine(volume, "run", "checkpoint")))
                {
                    broken++;
                    Console.WriteLine($"{kilobytes} kB: exit code {code}: {said}");
                }
                else if (full % 8 == 1)
                {
                    Console.WriteLine($"{kilobytes} kB: {line.Replace(root, "", StringComparison.Ordinal)}");
                }
            }
            Mount(volume, "remount,size=64m");
            Console.WriteLine($"{full - broken} of {full} volumes too small: exit code 6, volume and missing bytes named, every checkpoint whole");
            broken += Told("went on with room, and ended as the undisturbed run", GoesOnWithRoom(volume, expected));
            broken += Told("waited for room, and ended as the undisturbed run", WaitsForRoom(volume, expected));
        }
        finally
        {
            Execute("umount", volume);
        }
        Directory.Delete(root, recursive: true);
        return broken;
    }

    private static int Told(string promise, bool kept)
    {
        Console.WriteLine($"{promise}: {(kept ? "yes" : "no")}");
        return kept ? 0 : 1;
    }

    private static bool GoesOnWithRoom(string volume, string expected) =>
        Tool.Run(Path.Combine(volume, "run")).Code == 0 && Tool.Difference(expected, Path.Combine(volume, "run")) is null;

    private static bool WaitsForRoom(string volume, string expected)
    {
        var run = Path.Combine(volume, "waiting");
        Directory.Delete(Path.Combine(volume, "run"), recursive: true);
        Mount(volume, "remount,size=4m");
        using var tool = Tool.Start(run, "--checkpoint-every", "9b", "--on-full-disk", "wait");
        while (!tool.HasEnded && !tool.Said.Contains("trying again", StringComparison.Ordinal))
        {
            Thread.Sleep(100);
        }
        Mount(volume, "remount,size=64m");
        return tool.Wait() == 0 && Tool.Difference(expected, run) is null;
    }

    private static bool AllWhole(string folder)
    {
        try
        {
            foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
            {
                CheckpointStore.Open(file).Dispose();
            }
            return true;
        }
        catch (ModelFileException)
        {
            return false;
        }
    }

    private static void Mount(string folder, string options) => Execute("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder);

    private static void Execute(string program, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words))!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', words)}: exit code {process.ExitCode}; needs root");
        }
    }

    [GeneratedRegex("[0-9,]+ of [0-9,]+ are missing")]
    private static partial Regex Missing();
}

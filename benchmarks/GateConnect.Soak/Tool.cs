// The tool as its users run it: a process of its own, watched from outside.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace GateConnect.Soak;

/// <summary>A running <c>gateconnect</c>.</summary>
internal sealed partial class Tool : IDisposable
{
    public const int Hangup = 1, Interrupt = 2, Kill = 9, Terminate = 15;

    private readonly Process process;
    private readonly StringBuilder output = new();

    private Tool(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>
    /// The job that the soak runs: real images, two phases, 144 steps. Few images are held out: a death while they are
    /// measured costs that again.
    /// </summary>
    public static string[] Job { get; } =
    [
        "train", "--dataset", "fashion-mnist", "--network", "20,4,8", "--image-size", "14", "--train-limit", "1536",
        "--holdout", "0.01", "--augment", "crop", "--batch-size", "32", "--epochs", "3", "--threads", "1", "--resume", "auto",
    ];

    /// <summary>What two equal runs must have byte for byte.</summary>
    public static string[] Results { get; } = ["model.safetensors", "unpruned.safetensors", "metrics.jsonl", "connectivity.json"];

    public int Id => process.Id;

    public bool HasEnded => process.HasExited;

    /// <summary>What it said so far.</summary>
    public string Said
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    /// <summary>Starts the job, with other values for options that it has and with further options.</summary>
    public static Tool Start(string folder, params string[] changes)
    {
        var job = Job.ToList();
        for (var index = 0; index < changes.Length; index += 2)
        {
            if (job.IndexOf(changes[index]) is >= 0 and var place)
            {
                job[place + 1] = changes[index + 1];
            }
            else
            {
                job.AddRange(changes[index..(index + 2)]);
            }
        }
        // A harness started in the background hands "ignore" for these two down to its children, which then never see them.
        var start = new ProcessStartInfo("env", ["--default-signal=HUP,INT", Program(), .. job, "--out", folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        return new Tool(Process.Start(start)!);
    }

    /// <summary>Runs to the end.</summary>
    public static (int Code, string Said) Run(string folder, params string[] more)
    {
        using var tool = Start(folder, more);
        return (tool.Wait(), tool.Said);
    }

    public bool WaitFor(TimeSpan time) => process.WaitForExit(time);

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code; 128 + the signal where one ended it.</returns>
    public int Wait()
    {
        process.WaitForExit();
        return process.ExitCode;
    }

    public void Send(int signal) => _ = SendSignal(process.Id, signal);

    public void Dispose() => process.Dispose();

    /// <summary>The first result in which two run folders differ; null where they are equal.</summary>
    public static string? Difference(string expected, string found) => Results.FirstOrDefault(name =>
        !File.Exists(Path.Combine(found, name))
        || !File.ReadAllBytes(Path.Combine(expected, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(found, name))));

    private void Add(string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }

    private static string Program([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(
        Path.GetDirectoryName(here)!, "../../src/GateConnect.Cli/bin/Release/net10.0/linux-x64/GateConnect.Cli"));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}

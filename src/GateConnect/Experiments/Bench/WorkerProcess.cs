// A variant in a child process. See BenchWorker for the lines that go to and fro.
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using GateConnect.Runtime;

namespace GateConnect.Experiments.Bench;

/// <summary>Makes the command that starts a worker; environment and streams are set by the bench.</summary>
/// <returns>The program and its arguments: `bench` with the same options.</returns>
public delegate ProcessStartInfo WorkerCommand();

/// <summary>A child process as a contender. Disposing ends it.</summary>
internal sealed class WorkerProcess : IContender
{
    private const int EndMilliseconds = 20_000;

    private readonly Process process;
    private readonly string name;

    private WorkerProcess(TrainingVariant variant, WorkerCommand command)
    {
        name = variant.Name;
        var start = command();
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.UseShellExecute) = (true, true, false);
        start.Environment[BenchWorker.Variable] = variant.Name;
        start.Environment[Allocator.Variable] = variant.Allocator;
        try
        {
            process = Process.Start(start) ?? throw Ended();
        }
        catch (Win32Exception failure)
        {
            throw new ConfigurationException($"the process that measures {name} cannot be started: {failure.Message}");
        }
    }

    /// <inheritdoc/>
    public TensorLayout Layout { get; private set; }

    /// <summary>Starts a worker for timing.</summary>
    internal static WorkerProcess Timing(TrainingVariant variant, WorkerCommand command)
    {
        var worker = new WorkerProcess(variant, command);
        worker.Layout = Enum.Parse<TensorLayout>(worker.Ask(BenchWorker.Time));
        return worker;
    }

    /// <summary>By how many bytes a process grows, at its peak, over its state before the first step.</summary>
    internal static long PeakBytes(TrainingVariant variant, TensorLayout layout, WorkerCommand command)
    {
        using var worker = new WorkerProcess(variant, command);
        return long.Parse(worker.Ask($"{BenchWorker.Memory} {layout}"), CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public double Seconds(int times) => double.Parse(Ask(times.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(EndMilliseconds))
        {
            process.Kill();
        }
        process.Dispose();
    }

    private string Ask(string request)
    {
        try
        {
            process.StandardInput.WriteLine(request);
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            throw Ended();
        }
        return process.StandardOutput.ReadLine() ?? throw Ended();
    }

    private ConfigurationException Ended() =>
        new($"the process that measures {name} ended early; if it says nothing above, memory ran out: use a smaller --batch-size");
}

// Whether a training step will fit into memory, told before it starts: the kernel would end the process without a word.
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Runtime;

namespace GateConnect.Experiments;

/// <summary>What a training run is foreseen to need.</summary>
/// <param name="FixedBytes">Runtime, weights, gradients, momentum and images, whatever the batch.</param>
/// <param name="BytesPerImage">Activations and their gradients, for one image of a batch.</param>
internal sealed record MemoryForecast(long FixedBytes, long BytesPerImage)
{
    // What the loaded runtime and its workspaces take by themselves.
    private const long RuntimeBytes = 400L << 20;

    // Activations that backward keeps, plus gated sums and gradients that are alive beside them at the peak.
    private const int LivePerKept = 2;

    /// <summary>The forecast for training a network.</summary>
    /// <param name="blueprint">The network, with the size of its images.</param>
    /// <param name="form">How its modules are built.</param>
    /// <param name="datasetBytes">What the images in memory take.</param>
    public static MemoryForecast Of(NetworkBlueprint blueprint, NetworkForm form, long datasetBytes)
    {
        var cost = CostModel.Of(blueprint, form);
        return new MemoryForecast(RuntimeBytes + datasetBytes + (cost.Parameters * 4 * sizeof(float)), LivePerKept * cost.ActivationBytes);
    }

    /// <summary>The bytes needed at a batch size.</summary>
    public long BytesAt(int batchSize) => FixedBytes + (BytesPerImage * batchSize);

    /// <summary>Refuses a batch size that does not fit.</summary>
    /// <param name="batchSize">Images per step.</param>
    /// <param name="availableBytes">What this process may still take; see <see cref="AvailableBytes"/>.</param>
    /// <exception cref="ConfigurationException">It does not fit; names one that does, where there is one.</exception>
    public void Require(int batchSize, long availableBytes)
    {
        if (BytesAt(batchSize) <= availableBytes)
        {
            return;
        }
        var fitting = Math.Max(0, (availableBytes - FixedBytes) / BytesPerImage);
        var remedy = fitting >= 2
            ? $"use --batch-size {fitting} or less"
            : "no batch size fits: use a smaller --image-size, network or --train-limit";
        throw new ConfigurationException(string.Create(
            CultureInfo.InvariantCulture,
            $"training.batchSize: {batchSize} needs about {Gigabytes(BytesAt(batchSize)):0.0} GB of memory, {Gigabytes(availableBytes):0.0} GB are available; {remedy}"));
    }

    /// <summary>Memory this process may still take: what the kernel calls available, and no more than a container allows.</summary>
    public static long AvailableBytes()
    {
        const string facts = "/proc/meminfo";
        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var line = File.Exists(facts)
            ? File.ReadLines(facts).FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            : null;
        return line is null
            ? limit
            : Math.Min(limit, 1024 * long.Parse(line["MemAvailable:".Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture));
    }

    private static double Gigabytes(long bytes) => bytes / 1e9;
}

// Whether a training step will fit into memory, told before it starts: the kernel would end the process without a word.
//
// The forecast is runtime + images + 4 x weights + factor x batch x CostModel's activations. Runtime and factors are
// measured: peak resident memory (VmHWM) of {20,4,8}, fan-in 4, plain torch operations, 2026-11-24, in MiB:
//
//     form        images    batch  activations  peak          forecast
//     branches    3x32x32   32     358          1,834         2,224
//     branches    3x32x32   64     716          3,791, 3,974  4,209
//     branches    3x16x16   64     179          1,036         1,239
//     branches    1x14x14   64     143          898 to 1,080  1,047
//     ResNeXt     3x16x16   64     60           717 to 723    535 beside 184 of CIFAR-10 as it was read
//     ResNeXt     3x32x32   128    480          1,779 or more 2,420 (measured within the first step only)
//
// On the fast path, batches of 128, 64 and 32 with {20,4,8} and {29,8,8} at 3x32x32 peaked at 1.3 to 1.6 times their activations
// ("x kept" in benchmarks/results/2026-11-24-zen3-avx2.md).
//
// The cost model counts what backward must keep at the least; gated sums, normalised copies, gradients and the
// workspaces of the convolutions come on top, and freed blocks that fit nothing new stay (docs/memory.md).
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;

namespace GateConnect.Experiments;

/// <summary>What a training run is foreseen to need.</summary>
/// <param name="FixedBytes">Runtime, weights, gradients, momentum and images, whatever the batch.</param>
/// <param name="BytesPerImage">Activations and their gradients, for one image of a batch.</param>
internal sealed record MemoryForecast(long FixedBytes, long BytesPerImage)
{
    // What the loaded runtime and its workspaces take by themselves; 190 MiB before the first step.
    private const long RuntimeBytes = 250L << 20;

    // Bytes at the peak for every byte of activations that the cost model counts.
    private const double PeakPerKeptFused = 2, PeakPerKeptInBranches = 5.5, PeakPerKeptInResNeXt = 4.5;

    /// <summary>The forecast for training a network.</summary>
    /// <param name="blueprint">The network, with the size of its images.</param>
    /// <param name="form">How its modules are built.</param>
    /// <param name="datasetBytes">What the images in memory take.</param>
    public static MemoryForecast Of(NetworkBlueprint blueprint, NetworkForm form, long datasetBytes)
    {
        var cost = CostModel.Of(blueprint, form);
        var factor = form != NetworkForm.Branches ? PeakPerKeptInResNeXt
            : FusedPass.Supports(NetworkOptions.Default, blueprint.Size) ? PeakPerKeptFused : PeakPerKeptInBranches;
        return new MemoryForecast(
            RuntimeBytes + datasetBytes + (cost.Parameters * 4 * sizeof(float)), (long)(factor * cost.ActivationBytes));
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

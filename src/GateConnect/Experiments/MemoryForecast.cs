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
/// <param name="BytesPerImage">Activations and their gradients, for one image that is worked on.</param>
/// <param name="WaitingBytesPerImage">Pixels of one image of a batch, in the loader's buffers and before the network.</param>
internal sealed record MemoryForecast(long FixedBytes, long BytesPerImage, long WaitingBytesPerImage)
{
    // What the loaded runtime and its workspaces take by themselves; 190 MiB before the first step.
    private const long RuntimeBytes = 250L << 20;

    // Three buffers of the loader, and the tensor.
    private const int CopiesOfABatch = 4;

    // Bytes at the peak for every byte of activations that the cost model counts.
    private const double PeakPerKeptFused = 2, PeakPerKeptInBranches = 5.5, PeakPerKeptInResNeXt = 4.5;

    /// <summary>The forecast for training a network.</summary>
    /// <param name="blueprint">The network, with the size of its images.</param>
    /// <param name="form">How its modules are built.</param>
    /// <param name="datasetBytes">What the images in memory take.</param>
    /// <param name="activations">Whether all are kept.</param>
    public static MemoryForecast Of(
        NetworkBlueprint blueprint, NetworkForm form, long datasetBytes, ActivationPolicy activations = ActivationPolicy.Keep)
    {
        var cost = CostModel.Of(blueprint, form);
        var perImage = activations == ActivationPolicy.Keep ? PeakPerKept(blueprint, form) * cost.ActivationBytes : PeakRecomputing(blueprint, form, cost);
        return new MemoryForecast(
            RuntimeBytes + datasetBytes + (cost.Parameters * 4 * sizeof(float)),
            (long)perImage,
            CopiesOfABatch * sizeof(float) * (long)blueprint.Image.ByteCount);
    }

    /// <summary>Whether to keep all activations: where nothing is asked for, if they fit.</summary>
    /// <param name="blueprint">The network, with the size of its images.</param>
    /// <param name="form">How its modules are built.</param>
    /// <param name="datasetBytes">What the images in memory take.</param>
    /// <param name="step">What a step works on.</param>
    /// <param name="asked">Null to choose.</param>
    /// <param name="availableBytes">What this process may still take; see <see cref="AvailableBytes"/>.</param>
    /// <exception cref="ConfigurationException">It does not fit; names one that does, where there is one.</exception>
    public static ActivationPolicy Choose(
        NetworkBlueprint blueprint, NetworkForm form, long datasetBytes, StepSize step, ActivationPolicy? asked, long availableBytes)
    {
        var policy = asked ?? (Of(blueprint, form, datasetBytes).BytesAt(step) <= availableBytes ? ActivationPolicy.Keep : ActivationPolicy.Recompute);
        Of(blueprint, form, datasetBytes, policy).Require(step, availableBytes);
        return policy;
    }

    /// <summary>The bytes needed by a step.</summary>
    public long BytesAt(StepSize step) => FixedBytes + (WaitingBytesPerImage * step.Images) + (BytesPerImage * step.AtOnce);

    /// <summary>Refuses a step that does not fit.</summary>
    /// <param name="step">What it works on.</param>
    /// <param name="availableBytes">What this process may still take; see <see cref="AvailableBytes"/>.</param>
    /// <exception cref="ConfigurationException">It does not fit; names one that does, where there is one.</exception>
    public void Require(StepSize step, long availableBytes)
    {
        var needed = BytesAt(step);
        if (needed <= availableBytes)
        {
            return;
        }
        var refusal = Refusal(step.ToString(), needed, availableBytes);
        var atOnce = (availableBytes - FixedBytes - (WaitingBytesPerImage * step.Images)) / BytesPerImage;
        throw new ConfigurationException("training.batchSize: " + (atOnce < 2
            ? refusal
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{refusal}, or --set training.accumulate={((step.Images - 1) / atOnce) + 1}, which works on {atOnce} images at a time")));
    }

    /// <summary>What does not fit, and a batch size that does.</summary>
    internal string Refusal(string step, long needed, long available)
    {
        var fitting = Math.Max(0, (available - FixedBytes) / (BytesPerImage + WaitingBytesPerImage));
        var remedy = fitting >= 2
            ? $"use --batch-size {fitting} or less"
            : "no batch size fits: use a smaller --image-size, network or --train-limit";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{step} needs about {Gigabytes(needed):0.0} GB of memory, {Gigabytes(available):0.0} GB are available; {remedy}");
    }

    private static double PeakPerKept(NetworkBlueprint blueprint, NetworkForm form) =>
        form != NetworkForm.Branches ? PeakPerKeptInResNeXt : IsFused(blueprint) ? PeakPerKeptFused : PeakPerKeptInBranches;

    // Kernels keep the thin tensors of all modules; torch makes everything within a segment again, a module at a time.
    private static double PeakRecomputing(NetworkBlueprint blueprint, NetworkForm form, NetworkCost cost)
    {
        var plan = RecomputationPlan.Of(blueprint, form);
        if (form == NetworkForm.Branches && IsFused(blueprint))
        {
            return PeakPerKeptFused * plan.PeakBytes(cost.ActivationBytes);
        }
        var largest = Enumerable.Range(0, blueprint.Modules.Count).Max(index => CostModel.OfModule(blueprint, index, form).ActivationBytes);
        return plan.KeptBytes + plan.RemadeBytes + (PeakPerKept(blueprint, form) * largest);
    }

    private static bool IsFused(NetworkBlueprint blueprint) => FusedPass.Supports(NetworkOptions.Default, blueprint.Size);

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

/// <summary>What a training step works on.</summary>
/// <param name="Images">Of the batch.</param>
/// <param name="Parts">Worked through one after another.</param>
internal readonly record struct StepSize(int Images, int Parts)
{
    /// <summary>Images of the largest part.</summary>
    internal int AtOnce => ((Images - 1) / Parts) + 1;

    /// <summary>As in <c>64</c> or <c>64 in 8 parts</c>.</summary>
    public override string ToString() => Parts == 1 ? FormattableString.Invariant($"{Images}") : FormattableString.Invariant($"{Images} in {Parts} parts");
}

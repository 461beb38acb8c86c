// Trains the same network from the same seed twice, once by plain torch operations and once by the fused kernels, on CIFAR-10,
// and prints both curves side by side. The two sum in other orders, so weights part after some steps; accuracy must not. A third
// training, by torch operations on two threads, shows how far other orders of summing alone drive losses apart.
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Benchmarks;

internal static class PathCurves
{
    private const int ComparedSteps = 50;
    private const int TestImages = 2000;

    /// <summary>Prints Markdown tables.</summary>
    /// <param name="archive">CIFAR-10, an archive or a folder.</param>
    /// <param name="images">Training images.</param>
    /// <param name="epochs">Epochs of each training.</param>
    /// <param name="seedCount">Seeds 1 to this.</param>
    internal static void Run(string archive, int images, int epochs, int seedCount)
    {
        for (ulong seed = 1; seed <= (ulong)seedCount; seed++)
        {
            var seeds = new Seeds(seed);
            var (train, test) = DatasetReader.Read(new DatasetRequest(DatasetKind.Cifar10, archive, seeds) { ImageSize = 16 });
            var data = TrainingData.Of(DatasetSplit.Limit(train, images, seeds), Augmentation.PadCropFlip(pad: 2), DatasetSplit.Limit(test, TestImages, seeds));
            var reference = Train(KernelPath.Reference, data, seeds, epochs, threads: 1);
            var fast = Train(KernelPath.Fast, data, seeds, epochs, threads: 1);
            PrintCurves(seed, reference, fast);
            PrintDifferences(reference, fast, Train(KernelPath.Reference, data, seeds, epochs, threads: 2));
        }
    }

    private static Curve Train(KernelPath path, TrainingData data, Seeds seeds, int epochs, int threads)
    {
        TorchRuntime.SetThreads(threads);
        var blueprint = NetworkBlueprint.Create(new NetworkSize(20, 4, 8), data.Train);
        var rule = ConnectivityRule.Learned(fanIn: 4);
        using var network = BranchNetwork.Create(blueprint, rule, seeds, NetworkOptions.Default with { Kernels = path });
        var curve = new Curve([], []);
        var before = 0.0;
        Trainer.Run(new TrainingJob(network, data, rule, new TrainingOptions { Epochs = epochs, BatchSize = 64 }, seeds)
        {
            OnEpoch = curve.Epochs.Add,
            OnStep = step =>
            {
                if (step.Step <= ComparedSteps && step.Epoch == 1)
                {
                    var sum = step.Loss * step.Step; // the report's loss is a mean over the epoch so far
                    curve.Losses.Add(sum - before);
                    before = sum;
                }
            },
        });
        return curve;
    }

    private static void PrintDifferences(Curve reference, Curve fast, Curve twoThreads)
    {
        Console.WriteLine("| steps | kernels against torch | torch on two threads against one |");
        Console.WriteLine("|---|---|---|");
        for (var from = 0; from < reference.Losses.Count; from += 10)
        {
            var to = Math.Min(from + 10, reference.Losses.Count);
            Write($"| {from + 1} to {to} | {Largest(reference, fast, from):E1} | {Largest(reference, twoThreads, from):E1} |");
        }
        Console.WriteLine();
    }

    // The largest relative difference of the losses of ten steps.
    private static double Largest(Curve a, Curve b, int from) =>
        a.Losses.Zip(b.Losses, (x, y) => Math.Abs(x - y) / x).Skip(from).Take(10).Max();

    private static void PrintCurves(ulong seed, Curve reference, Curve fast)
    {
        Write($"seed {seed}");
        Console.WriteLine();
        Console.WriteLine("| epoch | loss, reference / fast | train top-1 % | test top-1 % |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (a, b) in reference.Epochs.Zip(fast.Epochs))
        {
            var (heldA, heldB) = (a.HeldTop1Percent, b.HeldTop1Percent);
            Write($"| {a.Epoch} | {a.TrainLoss:F4} / {b.TrainLoss:F4} | {a.TrainTop1Percent:F2} / {b.TrainTop1Percent:F2} | {heldA:F2} / {heldB:F2} |");
        }
        Console.WriteLine();
    }

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed record Curve(List<EpochReport> Epochs, List<double> Losses);
}

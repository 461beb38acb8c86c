// One augmented batch on one thread, as the loader's background thread makes it: images a second are BatchSize / mean.
using BenchmarkDotNet.Attributes;
using GateConnect.Data;
using GateConnect.Runtime;

namespace GateConnect.Benchmarks;

/// <summary>The changes that are made to an image.</summary>
public enum Augmenting
{
    Nothing,
    PadCropFlip,
    ResizedCropFlip,
}

public class LoaderBenchmarks
{
    private BatchPlan plan = null!;
    private BatchBuffer buffer = null!;
    private int[] order = [];

    [Params(128)]
    public int BatchSize { get; set; }

    [Params(32, 84)]
    public int ImageSize { get; set; }

    [Params(Augmenting.Nothing, Augmenting.PadCropFlip, Augmenting.ResizedCropFlip)]
    public Augmenting Augmenting { get; set; }

    [GlobalSetup]
    public void MakeImages()
    {
        var seeds = new Seeds(1);
        var dataset = SyntheticShapes.Create(new ShapesOptions { TrainCount = 512, TestCount = 8, ImageSize = ImageSize }, seeds).Train;
        var augmentation = Augmenting switch
        {
            Augmenting.PadCropFlip => Augmentation.PadCropFlip(pad: ImageSize / 8),
            Augmenting.ResizedCropFlip => Augmentation.ResizedCropFlip,
            _ => Augmentation.None,
        };
        var transform = new ImageTransform(dataset.Shape, new Normalization([0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]), augmentation, seeds);
        plan = new BatchPlan(dataset, transform, BatchOrder.Shuffled, new BatchOptions(BatchSize, seeds, TorchSharp.torch.CPU));
        (buffer, order) = (plan.NewBuffer(), plan.Order(0));
    }

    [Benchmark]
    public void Fill() => plan.Fill(buffer, new BatchPosition(0, 1), order, CancellationToken.None);
}

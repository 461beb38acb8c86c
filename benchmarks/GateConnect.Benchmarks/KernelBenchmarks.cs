// Every kernel on the middle stage of {20,4,8} at 32x32 (d = 128, 16x16), all gates open: the second module of the stage, and
// the projection that led into it.
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using GateConnect.Kernels;

namespace GateConnect.Benchmarks;

public unsafe class KernelBenchmarks
{
    private const int Branches = 8;
    private const int Bottleneck = 4;
    private const int Channels = 128;
    private const int Side = 16;

    private readonly List<nint> memory = [];
    private readonly BlockKernels kernels = BlockKernels.Best;
    private Aggregation aggregation = null!;
    private AggregationGradients aggregationGradients = null!;
    private Reduction reduction = null!;
    private ReductionGradients reductionGradients = null!;
    private Projection projection = null!;
    private ProjectionGradients projectionGradients = null!;
    private Convolution convolution = null!;
    private Normalisation norm = null!;
    private NormalisationGradients normGradients = null!;
    private Activations activations = null!;
    private nint thin;
    private nint otherThin;
    private nint wide;
    private nint small;
    private nint projectedGradient;

    [Params(32)]
    public int Images { get; set; }

    [Params(1)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void MakeMemory()
    {
        var blocks = new PixelBlocks(Images, Side * Side);
        var (wideLength, thinLength) = (blocks.WideLength(Branches, Channels), (long)Images * Branches * Bottleneck * Side * Side);
        var weights = (long)Branches * Channels * Bottleneck;
        (thin, otherThin, wide, small) = ((nint)Floats(thinLength), (nint)Floats(thinLength), (nint)Floats(wideLength), (nint)Floats(Channels * Channels));
        aggregation = new Aggregation
        {
            Blocks = blocks,
            Sources = Branches,
            Readers = Branches,
            Channels = Channels,
            Bottleneck = Bottleneck,
            Identities = Branches,
            Identity = Floats(wideLength),
            IdentityScale = Floats(Channels),
            Thin = (float*)thin,
            Expand = Floats(weights),
            Bias = Floats(Branches * Channels),
            Gates = Floats(Branches * Branches),
            Output = Floats(wideLength),
        };
        reduction = new Reduction
        {
            Blocks = blocks,
            Branches = Branches,
            Channels = Channels,
            Bottleneck = Bottleneck,
            Input = aggregation.Output,
            Weights = Floats(weights),
        };
        reductionGradients = new ReductionGradients
        {
            Reduction = reduction,
            Thin = Floats(thinLength),
            Output = (float*)wide,
            IdentityScale = Floats(Channels),
            Weights = Floats(weights),
        };
        aggregationGradients = new AggregationGradients
        {
            Output = null,
            Identity = Floats(wideLength),
            IdentityScale = null,
            Thin = (float*)otherThin,
            Expand = Floats(weights),
            Bias = Floats(Branches * Channels),
            Gates = Floats(Branches * Branches),
        };
        var inputLength = new PixelBlocks(Images, 4 * Side * Side).WideLength(Branches, Channels / 2);
        projection = new Projection
        {
            Branches = Branches,
            InputChannels = Channels / 2,
            OutputChannels = Channels,
            InputHeight = 2 * Side,
            InputWidth = 2 * Side,
            Stride = 2,
            Images = Images,
            Input = Floats(inputLength),
            Weights = Floats(Channels * Channels / 2),
            Output = Floats(wideLength),
        };
        projectionGradients = new ProjectionGradients
        {
            Output = (float*)wide,
            Scale = Floats(Channels),
            Mean = Floats(Channels),
            MeanGradient = Floats(Channels),
            VarianceGradient = Floats(Channels),
        };
        projectedGradient = (nint)Floats(inputLength);
        convolution = new Convolution
        {
            Images = Images,
            Groups = Branches,
            Channels = Bottleneck,
            InputHeight = Side,
            InputWidth = Side,
            Stride = 1,
            Input = (float*)thin,
            Weights = Floats(Branches * Bottleneck * Bottleneck * Convolution.Taps),
        };
        norm = new Normalisation
        {
            Epsilon = 1e-5f,
            Images = Images,
            Channels = Branches * Bottleneck,
            PixelsPerImage = Side * Side,
            Input = (float*)thin,
            Weight = Floats(Channels),
            Bias = Floats(Channels),
            Mean = Floats(Channels),
            Variance = Floats(Channels),
        };
        normGradients = new NormalisationGradients
        {
            Output = Floats(thinLength),
            Input = (float*)otherThin,
            Weight = Floats(Channels),
            Bias = Floats(Channels),
        };
        activations = new Activations { Blocks = blocks, Groups = Branches, Channels = Bottleneck, Values = (float*)thin };
    }

    [Benchmark]
    public void Aggregate() => kernels.Aggregate(aggregation, reduction, (float*)otherThin, Threads);

    [Benchmark]
    public void AggregateBackward() => kernels.AggregateBackward(aggregation, aggregationGradients, reductionGradients, Threads);

    [Benchmark]
    public void Project() => kernels.Project(projection, (float*)small, (float*)small + Channels, Threads);

    [Benchmark]
    public void ProjectBackward() => kernels.ProjectBackward(projection, projectionGradients, (float*)small, (float*)projectedGradient, Threads);

    [Benchmark]
    public void Convolve() => kernels.Convolve(convolution, (float*)otherThin, Threads);

    [Benchmark]
    public void ConvolveBackward() => kernels.ConvolveBackward(convolution, normGradients.Output, (float*)small, (float*)otherThin, Threads);

    [Benchmark]
    public void Normalise()
    {
        kernels.Measure(norm, Threads);
        kernels.Normalise(norm, (float*)otherThin, Threads);
    }

    [Benchmark]
    public void NormaliseBackward() => kernels.NormaliseBackward(norm, normGradients, StatisticsOrigin.Batch, Threads);

    [Benchmark]
    public void Moments() => kernels.Moments(activations, (float*)small, (float*)small + Channels, Threads);

    [GlobalCleanup]
    public void Release() => memory.ForEach(block => NativeMemory.AlignedFree((void*)block));

    // Numbers between 0.1 and 1.1: none denormal, no gate closed.
    private float* Floats(long count)
    {
        var block = (float*)NativeMemory.AlignedAlloc((nuint)(count * sizeof(float)), 64);
        memory.Add((nint)block);
        for (var index = 0L; index < count; index++)
        {
            block[index] = 0.1f + (index * 7919 % 101 / 101f);
        }
        return block;
    }
}

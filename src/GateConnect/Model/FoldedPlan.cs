// Where everything of a folded network's pass over one shape of batch stands: two wide tensors in turn, a projected one and
// two thin ones, each as large as the largest module needs; and the packed weights.
using GateConnect.Architecture;
using GateConnect.Kernels;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>The memory and kernel arguments of a pass. Dispose it.</summary>
internal sealed unsafe class FoldedPlan : IDisposable
{
    private readonly FoldedModule[] modules;
    private readonly int workers;
    private readonly int images;
    private readonly int height;
    private readonly int width;
    private readonly BlockKernels kernels;
    private readonly List<Step> steps = [];
    private readonly List<IDisposable> owned = [];
    private readonly Scratch[] wides;
    private readonly Scratch projected;
    private readonly Scratch activated;
    private readonly Scratch thin;
    private readonly WideTensor result;

    /// <param name="modules">The weights; they must outlive the plan.</param>
    /// <param name="images">N.</param>
    /// <param name="height">Rows of the stem's output.</param>
    /// <param name="width">Pixels in a row of it.</param>
    /// <param name="kernels">Of which width.</param>
    /// <param name="workers">Threads.</param>
    internal FoldedPlan(FoldedModule[] modules, int images, int height, int width, BlockKernels kernels, int workers)
    {
        (this.modules, this.images, this.height, this.width, this.kernels, this.workers) = (modules, images, height, width, kernels, workers);
        var sizes = Sizes(modules, images, height, width);
        wides = [Own(new Scratch(1, sizes.Wide)), Own(new Scratch(1, sizes.Wide))];
        (projected, activated, thin) = (Own(new Scratch(1, sizes.Projected)), Own(new Scratch(1, sizes.Activated)), Own(new Scratch(1, sizes.Thin)));
        var last = modules[^1];
        var (h, w) = (height, width);
        foreach (var module in modules)
        {
            (h, w) = (NetworkBlueprint.Strided(h, module.Stride), NetworkBlueprint.Strided(w, module.Stride));
        }
        result = WideTensor.Empty(1, last.Channels, images, h, w);
        result.Values.DetachFromDisposeScope();
        owned.Add(result.Values);
        Plan();
    }

    /// <summary>Whether the plan is for a stem's output of this shape, [N, d, H, W].</summary>
    internal bool Fits(long[] shape) => shape[0] == images && shape[2] == height && shape[3] == width && get_num_threads() == workers;

    /// <summary>All modules.</summary>
    /// <param name="stem">[N, d, H, W].</param>
    /// <returns>[N, d', H', W'], of the present scope.</returns>
    internal Tensor Run(Tensor stem)
    {
        var first = modules[0];
        var reduced = nn.functional.conv2d(stem, first.Reduce.flatten(0, 1).unsqueeze(-1).unsqueeze(-1), first.ReduceBias).relu_(); // [N, C*w, H, W]
        Copy(reduced, activated[0]);
        var identity = first.Project is null
            ? stem
            : nn.functional.conv2d(stem, first.Project, strides: [first.Stride, first.Stride]);                           // [N, d, H', W']
        BlockKernels.Pack(
            identity.contiguous().Floats(), first.Channels, new PixelBlocks(images, (int)(identity.shape[2] * identity.shape[3])), wides[1][0], workers);
        foreach (var step in steps)
        {
            kernels.Convolve(step.Convolution, step.ConvolveWeights, thin[0], workers);
            if (step.Projection is not null)
            {
                kernels.Project(step.Projection, step.ProjectWeights!, null, null, workers);
            }
            kernels.Aggregate(step.Aggregation, step.Weights, step.Next, activated[0], workers);
        }
        return result.Unpack(workers);
    }

    public void Dispose() => owned.ForEach(part => part.Dispose());

    private static void Copy(Tensor from, float* to)
    {
        var whole = from.contiguous();
        Buffer.MemoryCopy(whole.Floats(), to, whole.numel() * sizeof(float), whole.numel() * sizeof(float));
    }

    private void Plan()
    {
        var (h, w) = (height, width);
        for (var index = 0; index < modules.Length; index++)
        {
            var module = modules[index];
            var next = index + 1 < modules.Length ? modules[index + 1] : null;
            var (inputHeight, inputWidth) = (h, w);
            (h, w) = (NetworkBlueprint.Strided(h, module.Stride), NetworkBlueprint.Strided(w, module.Stride));
            var convolution = new Convolution
            {
                Images = images,
                Groups = module.Sources,
                Channels = module.Bottleneck,
                InputHeight = inputHeight,
                InputWidth = inputWidth,
                Stride = module.Stride,
                Input = activated[0],
                Weights = module.Convolve.Floats(),
                Bias = module.ConvolveBias.Floats(),
            };
            var input = wides[(index + 1) % 2][0];
            var output = next is null ? result.Values.Floats() : wides[index % 2][0];
            var projection = module.Project is null || index == 0 ? null : new Projection
            {
                Branches = module.Sources,
                InputChannels = (int)module.Project.shape[1],
                OutputChannels = module.Channels,
                InputHeight = inputHeight,
                InputWidth = inputWidth,
                Stride = module.Stride,
                Images = images,
                Input = input,
                Weights = module.Project.Floats(),
                Output = projected[0],
            };
            var aggregation = new Aggregation
            {
                Blocks = new PixelBlocks(images, h * w),
                Sources = module.Sources,
                Readers = (int)module.Gates.shape[0],
                Channels = module.Channels,
                Bottleneck = module.Bottleneck,
                Identities = index == 0 ? 1 : module.Sources,
                Identity = projection is null ? input : projected[0],
                IdentityScale = module.Scale.Floats(),
                Thin = thin[0],
                Expand = module.Expand.Floats(),
                Bias = module.Bias.Floats(),
                Gates = module.Gates.Floats(),
                Output = output,
            };
            var reduction = next is null ? null : new Reduction
            {
                Blocks = aggregation.Blocks,
                Branches = next.Sources,
                Channels = module.Channels,
                Bottleneck = next.Bottleneck,
                Input = output,
                Weights = next.Reduce.Floats(),
                Bias = next.ReduceBias.Floats(),
            };
            steps.Add(new Step(
                convolution, Own(convolution.Pack()), projection, projection is null ? null : Own(projection.Pack()),
                aggregation, Own(new AggregationWeights(aggregation, reduction)), reduction));
        }
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        owned.Add(part);
        return part;
    }

    // The floats that the largest module needs of each kind of tensor.
    private static (long Wide, long Projected, long Activated, long Thin) Sizes(FoldedModule[] modules, int images, int height, int width)
    {
        long wide = 0, projected = 0, activated = 0, thin = 0;
        foreach (var module in modules)
        {
            activated = Math.Max(activated, (long)images * module.Sources * module.Bottleneck * height * width);
            (height, width) = (NetworkBlueprint.Strided(height, module.Stride), NetworkBlueprint.Strided(width, module.Stride));
            var blocks = new PixelBlocks(images, height * width);
            thin = Math.Max(thin, (long)images * module.Sources * module.Bottleneck * height * width);
            wide = Math.Max(wide, blocks.WideLength((int)module.Gates.shape[0], module.Channels));
            projected = module.Project is null ? projected : Math.Max(projected, blocks.WideLength(module.Sources, module.Channels));
        }
        return (wide, projected, activated, thin);
    }

    // What one module runs.
    private sealed record Step(
        Convolution Convolution, PackedWeights ConvolveWeights, Projection? Projection, PackedWeights? ProjectWeights,
        Aggregation Aggregation, AggregationWeights Weights, Reduction? Next);
}

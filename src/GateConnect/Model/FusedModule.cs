// One module on the fast path: what touches wide tensors is done by kernels, each in one trip through memory; what is
// thin (3x3, norms) is done by torch with its autograd. The two meet at leaves: the kernels' results are leaves of
// torch's graph, whose gradients the kernels take up again. BlockBank and GatedAggregation are the reference.
using GateConnect.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Forward and backward of one module and of the aggregation behind it. Its tensors belong to the scope of the pass.</summary>
internal sealed unsafe class FusedModule
{
    private readonly BlockBank bank;
    private readonly FusedPass pass;
    private readonly Tensor gates;
    private readonly BlockKernels kernels;

    private WideTensor? input;             // x; null in the first module
    private Tensor? thinInput;             // W1 x, a leaf; null in the first module
    private Tensor? reduced;               // after its norm and ReLU: what the 3x3 reads
    private Tensor? convolved;             // what the 3x3 gives, a leaf
    private Tensor? identityPlanes;        // S(stem) of the first module, in torch's graph
    private WideTensor? identity;          // what the shortcut adds, before its scale
    private Tensor? projectedMean;         // leaves
    private Tensor? projectedVariance;
    private Tensor? scale;                 // u, [d]
    private Tensor? thin;                  // r, [N, C*w, H', W']
    private Tensor? expand;                // W, [C, d, w]
    private Tensor? bias;                  // b, [C, d]
    private WideTensor? output;            // x'

    /// <param name="bank">The module's weights.</param>
    /// <param name="gates">[readers, C]: who reads its branches.</param>
    /// <param name="pass">The pass that it is part of.</param>
    internal FusedModule(BlockBank bank, Tensor gates, FusedPass pass) =>
        (this.bank, this.gates, this.pass, kernels) = (bank, gates, pass, BlockKernels.Best);

    private int Sources => (int)bank.expand.shape[0];

    private int Channels => (int)bank.expand.shape[1];

    private int Bottleneck => (int)bank.expand.shape[2];

    /// <summary>x' of the first module, which reads the stem.</summary>
    /// <param name="stem">[N, d, H, W].</param>
    internal WideTensor Forward(Tensor stem)
    {
        var single = stem.unsqueeze(0);                                                  // [1, N, d, H, W]
        thin = pass.Keep(bank.trunk.call(single).contiguous());
        identityPlanes = pass.Keep(bank.shortcut is null ? stem.alias() : bank.shortcut.call(single)[0]); // [N, d', H', W']
        identity = WideTensor.Pack(identityPlanes, pass.Workers);
        pass.Keep(identity.Values);
        (expand, bias) = bank.expandNorm.call(bank.expand, thin);
        return Aggregate(ConstantShare());
    }

    /// <summary>x' of any other module.</summary>
    internal WideTensor Forward(WideTensor x)
    {
        input = x;
        thinInput = pass.KeepLeaf(empty([x.Images, Sources * Bottleneck, x.Height, x.Width], ScalarType.Float32));
        kernels.Reduce(Reduction(), thinInput.Floats(), pass.Workers);
        reduced = pass.Keep(bank.trunk.Activate(thinInput).contiguous());
        convolved = pass.KeepLeaf(empty([x.Images, Sources * Bottleneck, Convolution().OutputHeight, Convolution().OutputWidth], ScalarType.Float32));
        kernels.Convolve(Convolution(), convolved.Floats(), pass.Workers);
        thin = pass.Keep(bank.trunk.Finish(convolved).contiguous());
        (expand, bias) = bank.expandNorm.call(bank.expand, thin);
        if (bank.shortcut is null)
        {
            identity = x;
            return Aggregate(ConstantShare());
        }
        return Aggregate(Project(bank.shortcut));
    }

    /// <summary>All gradients from dx': parameters and gates get theirs; dx is returned, or for the first module null.</summary>
    internal WideTensor? Backward(WideTensor outputGradient)
    {
        var aggregation = Aggregation();
        var identityGradient = new WideTensor(empty_like(identity!.Values), identity.Branches, Channels, identity.Images, identity.Height, identity.Width);
        Tensor dthin = empty_like(thin!), dexpand = empty_like(expand!), dbias = empty_like(bias!);
        var dscale = scale!.requires_grad ? empty_like(scale) : null;
        var dgates = gates.requires_grad ? empty_like(gates) : null;
        kernels.AggregateBackward(
            aggregation,
            new AggregationGradients
            {
                Output = outputGradient.Values.Floats(),
                Identity = identityGradient.Values.Floats(),
                Thin = dthin.Floats(),
                Expand = dexpand.Floats(),
                Bias = dbias.Floats(),
                IdentityScale = dscale is null ? null : dscale.Floats(),
                Gates = dgates is null ? null : dgates.Floats(),
            },
            pass.Workers);
        outputGradient.Values.Dispose();
        output!.Values.Dispose();
        if (dgates is not null)
        {
            AddGradient(gates, dgates);
        }
        List<Tensor> results = [thin!, expand!, bias!], gradients = [dthin, dexpand, dbias];
        if (dscale is not null)
        {
            (results, gradients) = ([.. results, scale], [.. gradients, dscale]);
        }
        using Scalar share = bank.shortcutShare; // held while libtorch reads it (docs/memory.md)
        if (identityPlanes is not null)
        {
            (results, gradients) = ([.. results, identityPlanes], [.. gradients, identityGradient.Unpack(pass.Workers).mul(share)]);
        }
        autograd.backward(results, gradients);
        return input is null ? null : InputGradient(identityGradient);
    }

    private static void AddGradient(Tensor parameter, Tensor gradient)
    {
        if (!parameter.requires_grad)
        {
            return;
        }
        if (parameter.grad is { } before)
        {
            using Scalar one = 1.0; // held while libtorch reads it (docs/memory.md)
            before.add_(gradient, alpha: one);
        }
        else
        {
            parameter.grad = gradient;
        }
    }

    private WideTensor Aggregate(Tensor identityScale)
    {
        (scale, expand, bias) = (pass.Keep(identityScale), pass.Keep(expand!.contiguous()), pass.Keep(bias!.contiguous()));
        output = WideTensor.Empty((int)gates.shape[0], Channels, identity!.Images, identity.Height, identity.Width);
        pass.Keep(output.Values);
        kernels.Aggregate(Aggregation(), pass.Workers);
        return output;
    }

    // 1/K for every channel, where the shortcut is no projection or torch has projected already.
    private Tensor ConstantShare()
    {
        using Scalar share = bank.shortcutShare; // held while libtorch reads it (docs/memory.md)
        return ones(Channels).mul(share);
    }

    // p = Ws x and its norm folded: S(x)/K = u p + v, v moving into b.
    private Tensor Project(Shortcut shortcut)
    {
        var projection = Projection(shortcut, output: null);
        identity = WideTensor.Empty(Sources, Channels, projection.Images, projection.OutputHeight, projection.OutputWidth);
        pass.Keep(identity.Values);
        (projectedMean, projectedVariance) = (pass.KeepLeaf(empty(Channels)), pass.KeepLeaf(empty(Channels)));
        projection = Projection(shortcut, identity);
        kernels.Project(projection, projectedMean.Floats(), projectedVariance.Floats(), pass.Workers);
        var (slope, shift) = shortcut.norm.Fold(projectedMean, projectedVariance, projection.Pooled);
        using Scalar share = bank.shortcutShare; // held while libtorch reads it (docs/memory.md)
        bias = bias!.add(shift, alpha: share);
        return slope.mul(share);
    }

    private WideTensor InputGradient(WideTensor identityGradient)
    {
        var x = input!;
        ConvolutionBackward();
        var (dthin, dreduce) = (thinInput!.grad!.contiguous(), empty_like(bank.trunk.reduce));
        if (bank.shortcut is null)
        {
            kernels.ReduceBackward(
                Reduction(), dthin.Floats(), dreduce.Floats(), identityGradient.Values.Floats(), scale!.Floats(), pass.Workers);
            AddGradient(bank.trunk.reduce, dreduce);
            return identityGradient;
        }
        var gradient = WideTensor.Empty(x.Branches, x.Channels, x.Images, x.Height, x.Width);
        kernels.ReduceBackward(Reduction(), dthin.Floats(), dreduce.Floats(), gradient.Values.Floats(), inputScale: null, pass.Workers);
        AddGradient(bank.trunk.reduce, dreduce);
        var dproject = empty_like(bank.shortcut.weight);
        Tensor? dmean = projectedMean!.grad, dvariance = projectedVariance!.grad; // null where running statistics are used
        using var none = zeros_like(projectedMean);
        kernels.ProjectBackward(
            Projection(bank.shortcut, identity),
            new ProjectionGradients
            {
                Output = identityGradient.Values.Floats(),
                Scale = scale!.Floats(),
                Mean = projectedMean.Floats(),
                MeanGradient = (dmean ?? none).Floats(),
                VarianceGradient = (dvariance ?? none).Floats(),
            },
            dproject.Floats(), gradient.Values.Floats(), pass.Workers);
        AddGradient(bank.shortcut.weight, dproject);
        identityGradient.Values.Dispose();
        return gradient;
    }

    private void ConvolutionBackward()
    {
        var (dreduced, dconvolve) = (empty_like(reduced!), empty_like(bank.trunk.convolve));
        kernels.ConvolveBackward(
            Convolution(), convolved!.grad!.contiguous().Floats(), dconvolve.Floats(), dreduced.Floats(), pass.Workers);
        AddGradient(bank.trunk.convolve, dconvolve);
        autograd.backward([reduced!], [dreduced]);
    }

    private Convolution Convolution() => new()
    {
        Images = input!.Images,
        Groups = Sources,
        Channels = Bottleneck,
        InputHeight = input.Height,
        InputWidth = input.Width,
        Stride = bank.trunk.Stride,
        Input = reduced!.Floats(),
        Weights = bank.trunk.convolve.Floats(),
    };

    private Reduction Reduction() => new()
    {
        Blocks = input!.Blocks,
        Branches = Sources,
        Channels = input.Channels,
        Bottleneck = Bottleneck,
        Input = input.Values.Floats(),
        Weights = bank.trunk.reduce.Floats(),
    };

    private Projection Projection(Shortcut shortcut, WideTensor? output) => new()
    {
        Branches = Sources,
        InputChannels = input!.Channels,
        OutputChannels = Channels,
        InputHeight = input.Height,
        InputWidth = input.Width,
        Stride = shortcut.Stride,
        Images = input.Images,
        Input = input.Values.Floats(),
        Weights = shortcut.weight.Floats(),
        Output = output is null ? null : output.Values.Floats(),
    };

    private Aggregation Aggregation() => new()
    {
        Blocks = identity!.Blocks,
        Sources = Sources,
        Readers = (int)gates.shape[0],
        Channels = Channels,
        Bottleneck = Bottleneck,
        Identities = identity.Branches,
        Identity = identity.Values.Floats(),
        IdentityScale = scale!.Floats(),
        Thin = thin!.Floats(),
        Expand = expand!.Floats(),
        Bias = bias!.Floats(),
        Gates = gates.Floats(),
        Output = output!.Values.Floats(),
    };
}

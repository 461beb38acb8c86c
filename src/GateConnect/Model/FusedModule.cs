// One module on the fast path: kernels do what touches pixels; torch, with its autograd, folds a few numbers and in the first
// module does what reads the stem. The two meet at leaves: the kernels' results are leaves of torch's graph, whose
// gradients the kernels take up again. BlockBank and GatedAggregation are the reference.
using GateConnect.Architecture;
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

    private WideTensor? input;             // x; null in the first module
    private Tensor? reduced;               // W1 x, [N, C*w, H, W]; of the first module in torch's graph
    private Tensor? activated;             // after norm and ReLU: what the 3x3 reads
    private Tensor? convolved;             // what the second norm reads
    private FusedNorm? reduceNorm;
    private FusedNorm? convolveNorm;
    private Tensor? thinMean;              // moments of r, leaves; null where running statistics are used
    private Tensor? covariance;
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
        (this.bank, this.gates, this.pass) = (bank, gates, pass);

    /// <summary>The module that reads this one; null before the head.</summary>
    internal FusedModule? Next { private get; set; }

    private int Sources => (int)bank.expand.shape[0];

    private int Channels => (int)bank.expand.shape[1];

    private int Bottleneck => (int)bank.expand.shape[2];

    /// <summary>x' of the first module, which reads the stem.</summary>
    /// <param name="stem">[N, d, H, W].</param>
    internal WideTensor Forward(Tensor stem)
    {
        var single = stem.unsqueeze(0);                                                  // [1, N, d, H, W]
        reduced = pass.Keep(bank.trunk.Reduce(single).contiguous());
        Narrow();
        identityPlanes = pass.Keep(bank.shortcut is null ? stem.alias() : bank.shortcut.call(single)[0]); // [N, d', H', W']
        identity = WideTensor.Pack(identityPlanes, pass.Workers);
        pass.Keep(identity.Values);
        return Aggregate(ConstantShare());
    }

    /// <summary>x' of any other module, whose input has been <see cref="Expect"/>ed.</summary>
    internal WideTensor Forward()
    {
        Narrow();
        if (bank.shortcut is null)
        {
            identity = input!;
            return Aggregate(ConstantShare());
        }
        return Aggregate(Project(bank.shortcut));
    }

    /// <summary>Makes room for x and W1 x, which the aggregation before this module will write.</summary>
    internal Reduction Expect(WideTensor x)
    {
        input = x;
        reduced = pass.Keep(empty([x.Images, Sources * Bottleneck, x.Height, x.Width], ScalarType.Float32));
        return Reduction();
    }

    /// <summary>Gives back the thin tensors, where there will be no backward pass.</summary>
    internal void ForgetThin()
    {
        foreach (var read in new[] { reduced!, activated!, convolved!, thin! })
        {
            read.Dispose();
        }
    }

    /// <summary>Gives back what the shortcut projected.</summary>
    internal void ForgetProjected()
    {
        if (input is not null && bank.shortcut is not null)
        {
            identity!.Values.Dispose();
        }
    }

    /// <summary>Gives back x'.</summary>
    internal void ForgetOutput() => output!.Values.Dispose();

    /// <summary>Makes again what was given back, from what was kept: no norm is measured anew, no running statistics move.</summary>
    /// <param name="before">The module that this one reads; null for the first.</param>
    /// <param name="hasOutput">Whether x' was kept.</param>
    internal void Remake(FusedModule? before, bool hasOutput)
    {
        if (before is not null)
        {
            input = before.output!;
            identity = input;
            if (bank.shortcut is not null)
            {
                ProjectInput(bank.shortcut);
            }
        }
        if (!hasOutput)
        {
            output = WideTensor.Empty(output!.Branches, Channels, output.Images, output.Height, output.Width);
            pass.Kernels.Aggregate(Aggregation(), null, null, pass.Workers);
        }
    }

    /// <summary>All gradients from those of x': parameters and gates get theirs, and the module before its own.</summary>
    internal InputGradient? Backward(InputGradient outputGradient)
    {
        var aggregation = Aggregation();
        // x' is read for the last time, a slab before dy of the same pixels is written.
        var inPlace = output!.Branches == identity!.Branches;
        var identityGradient = inPlace ? output : WideTensor.Empty(identity.Branches, Channels, identity.Images, identity.Height, identity.Width);
        Tensor dthin = empty_like(thin!), dexpand = empty_like(expand!), dbias = empty_like(bias!);
        var dscale = scale!.requires_grad ? empty_like(scale) : null;
        var dgates = gates.requires_grad ? empty_like(gates) : null;
        pass.Kernels.AggregateBackward(
            aggregation,
            new AggregationGradients
            {
                Output = outputGradient.Wide is null ? null : outputGradient.Wide.Values.Floats(),
                Identity = identityGradient.Values.Floats(),
                Thin = dthin.Floats(),
                Expand = dexpand.Floats(),
                Bias = dbias.Floats(),
                IdentityScale = dscale is null ? null : dscale.Floats(),
                Gates = dgates is null ? null : dgates.Floats(),
            },
            outputGradient.Pending,
            pass.Workers);
        outputGradient.Finish();
        if (!inPlace)
        {
            output.Values.Dispose();
        }
        if (dgates is not null)
        {
            FusedPass.AddGradient(gates, dgates);
        }
        FoldBackward(dexpand, dbias, dscale, identityGradient);
        var dreduced = NarrowBackward(dthin);
        foreach (var used in new[] { activated!, convolved!, thin! })
        {
            used.Dispose();
        }
        if (input is null)
        {
            autograd.backward([reduced!], [dreduced]);
            return null;
        }
        reduced!.Dispose();
        if (bank.shortcut is null)
        {
            return PendingGradient(dreduced, identityGradient.Values, null, scale!);
        }
        var projection = Projection(bank.shortcut);
        return PendingGradient(dreduced, ProjectBackward(projection, identityGradient), projection, ones(input.Channels));
    }

    // What torch folded: the last norm, the shortcut's, and in the first module the shortcut itself.
    private void FoldBackward(Tensor dexpand, Tensor dbias, Tensor? dscale, WideTensor identityGradient)
    {
        List<Tensor> results = [expand!, bias!], gradients = [dexpand, dbias];
        if (dscale is not null)
        {
            (results, gradients) = ([.. results, scale!], [.. gradients, dscale]);
        }
        if (identityPlanes is not null)
        {
            using Scalar share = bank.shortcutShare; // held while libtorch reads it (docs/memory.md)
            (results, gradients) = ([.. results, identityPlanes], [.. gradients, identityGradient.Unpack(pass.Workers).mul(share)]);
        }
        autograd.backward(results, gradients);
    }

    // r from W1 x, and the last norm folded.
    private void Narrow()
    {
        reduceNorm = new FusedNorm(bank.trunk.reduceNorm, reduced!, pass);
        activated = reduceNorm.Forward();
        var convolution = Convolution();
        convolved = pass.Keep(empty([reduced!.shape[0], Sources * Bottleneck, convolution.OutputHeight, convolution.OutputWidth], ScalarType.Float32));
        pass.Kernels.Convolve(convolution, convolved.Floats(), pass.Workers);
        convolveNorm = new FusedNorm(bank.trunk.convolveNorm, convolved, pass);
        thin = convolveNorm.Forward();
        if (!bank.expandNorm.training)
        {
            (expand, bias) = bank.expandNorm.FoldRunning(bank.expand);
            return;
        }
        (thinMean, covariance) = (pass.KeepLeaf(empty(Sources, Bottleneck)), pass.KeepLeaf(empty(Sources, Bottleneck, Bottleneck)));
        var activations = Activations();
        pass.Kernels.Moments(activations, thinMean.Floats(), covariance.Floats(), pass.Workers);
        (expand, bias) = bank.expandNorm.FoldMoments(bank.expand, thinMean, covariance, activations.Blocks.Pixels);
    }

    // From dr to the gradient of W1 x.
    private Tensor NarrowBackward(Tensor dthin)
    {
        if (thinMean is not null)
        {
            pass.Kernels.MomentsBackward(
                Activations(), thinMean.Floats(), thinMean.grad!.contiguous().Floats(), covariance!.grad!.contiguous().Floats(), dthin.Floats(), pass.Workers);
        }
        var dconvolved = convolveNorm!.Backward(dthin);
        var (dactivated, dconvolve) = (empty_like(activated!), empty_like(bank.trunk.convolve));
        pass.Kernels.ConvolveBackward(Convolution(), dconvolved.Floats(), dconvolve.Floats(), dactivated.Floats(), pass.Workers);
        FusedPass.AddGradient(bank.trunk.convolve, dconvolve);
        return reduceNorm!.Backward(dactivated);
    }

    private WideTensor Aggregate(Tensor identityScale)
    {
        (scale, expand, bias) = (pass.Keep(identityScale), pass.Keep(expand!.contiguous()), pass.Keep(bias!.contiguous()));
        output = WideTensor.Empty((int)gates.shape[0], Channels, identity!.Images, identity.Height, identity.Width);
        pass.Keep(output.Values);
        var reduction = Next?.Expect(output);
        pass.Kernels.Aggregate(Aggregation(), reduction, reduction is null ? null : Next!.reduced!.Floats(), pass.Workers);
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
        (projectedMean, projectedVariance) = (pass.KeepLeaf(empty(Channels)), pass.KeepLeaf(empty(Channels)));
        ProjectInput(shortcut);
        pass.Keep(identity!.Values);
        var (slope, shift) = shortcut.norm.Fold(projectedMean, projectedVariance, Projection(shortcut).Pooled);
        using Scalar share = bank.shortcutShare; // held while libtorch reads it (docs/memory.md)
        bias = bias!.add(shift, alpha: share);
        return slope.mul(share);
    }

    // p, which becomes the identity; its moments go where they stand.
    private void ProjectInput(Shortcut shortcut)
    {
        var (height, width) = (NetworkBlueprint.Strided(input!.Height, shortcut.Stride), NetworkBlueprint.Strided(input.Width, shortcut.Stride));
        identity = WideTensor.Empty(Sources, Channels, input.Images, height, width);
        pass.Kernels.Project(Projection(shortcut), projectedMean!.Floats(), projectedVariance!.Floats(), pass.Workers);
    }

    // dx = S^T dy + W1^T dthin is left to the module before, which can do it block by block.
    private InputGradient PendingGradient(Tensor dreduced, Tensor shortcutGradient, Projection? projection, Tensor factor)
    {
        var dreduce = empty_like(bank.trunk.reduce);
        var pending = new ReductionGradients
        {
            Reduction = Reduction(),
            Thin = dreduced.Floats(),
            Output = shortcutGradient.Floats(),
            Projection = projection,
            IdentityScale = factor.Floats(),
            Weights = dreduce.Floats(),
        };
        return new InputGradient(null, pending, () =>
        {
            FusedPass.AddGradient(bank.trunk.reduce, dreduce);
            shortcutGradient.Dispose();
            dreduced.Dispose();
        });
    }

    // What the projection gives back, at the pixels that it read.
    private Tensor ProjectBackward(Projection projection, WideTensor identityGradient)
    {
        var gradient = WideTensor.Empty(Sources, input!.Channels, identity!.Images, identity.Height, identity.Width);
        var weight = bank.shortcut!.weight;
        var dproject = empty_like(weight);
        Tensor? dmean = projectedMean!.grad, dvariance = projectedVariance!.grad; // null where running statistics are used
        using var none = zeros_like(projectedMean);
        pass.Kernels.ProjectBackward(
            projection,
            new ProjectionGradients
            {
                Output = identityGradient.Values.Floats(),
                Scale = scale!.Floats(),
                Mean = projectedMean.Floats(),
                MeanGradient = (dmean ?? none).Floats(),
                VarianceGradient = (dvariance ?? none).Floats(),
            },
            dproject.Floats(), gradient.Values.Floats(), pass.Workers);
        FusedPass.AddGradient(weight, dproject);
        identityGradient.Values.Dispose();
        identity.Values.Dispose();
        return gradient.Values;
    }

    private Activations Activations() => new()
    {
        Blocks = new PixelBlocks((int)thin!.shape[0], (int)(thin.shape[2] * thin.shape[3])),
        Groups = Sources,
        Channels = Bottleneck,
        Values = thin.Floats(),
    };

    private Convolution Convolution() => new()
    {
        Images = (int)reduced!.shape[0],
        Groups = Sources,
        Channels = Bottleneck,
        InputHeight = (int)reduced.shape[2],
        InputWidth = (int)reduced.shape[3],
        Stride = bank.trunk.Stride,
        Input = activated!.Floats(),
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

    private Projection Projection(Shortcut shortcut) => new()
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
        Output = identity!.Values.Floats(),
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

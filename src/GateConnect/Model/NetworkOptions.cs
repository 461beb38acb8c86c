// How a network's tensors are laid down; nothing here changes what a network with the same weights computes.
using GateConnect.Architecture;
using GateConnect.Kernels;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>How the modules are computed; the results agree up to rounding.</summary>
public enum KernelPath
{
    /// <summary>
    /// By fused kernels where device, precision and processor have them and they pay, which is up to a bottleneck width of
    /// 32; else as <see cref="Reference"/>.
    /// </summary>
    Fast,

    /// <summary>By plain torch operations, on any device.</summary>
    Reference,
}

/// <summary>What a training step does with the outputs of modules until backward needs them; gradients are the same bit for bit.</summary>
public enum ActivationPolicy
{
    /// <summary>Keeps all of them.</summary>
    Keep,

    /// <summary>
    /// Keeps a few and makes the others again (<see cref="RecomputationPlan"/>): less memory, some more time. Call
    /// <see cref="Runtime.TorchRuntime.ReturnLargeBlocks"/> once with it: what is freed is else kept for later tensors.
    /// </summary>
    Recompute,
}

/// <summary>Device, precision, memory and the owner of the last norms' affine.</summary>
public sealed record NetworkOptions
{
    /// <summary>Float32 on the CPU, affine shared by a module's branches.</summary>
    public static NetworkOptions Default { get; } = new();

    /// <summary>Where weights live; default the CPU.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>Float32 (default), or Float64 to check gradients.</summary>
    public ScalarType Precision { get; init; } = ScalarType.Float32;

    /// <summary>How the modules are computed; default fast.</summary>
    public KernelPath Kernels { get; init; } = KernelPath.Fast;

    /// <summary>What happens to activations between forward and backward; default all are kept.</summary>
    public ActivationPolicy Activations { get; init; } = ActivationPolicy.Keep;

    /// <summary>The kernels of the fast path; the widest, unless a test asks for others.</summary>
    internal BlockKernels Width { get; init; } = BlockKernels.Best;

    /// <summary>Whose the affine of the branches' last norm is; default shared, which is ResNeXt's parameter count.</summary>
    public LastNormAffine LastNormAffine { get; init; } = LastNormAffine.Shared;
}

// The one place where the bench says which path through a network it times.
using GateConnect.Model;

namespace GateConnect.Experiments.Bench;

/// <summary>Options of the networks that are timed.</summary>
internal static class KernelChoice
{
    /// <summary>Plain torch operations.</summary>
    internal static NetworkOptions Reference { get; } = NetworkOptions.Default with { Kernels = KernelPath.Reference };

    /// <summary>The fused kernels.</summary>
    internal static NetworkOptions Fast { get; } = NetworkOptions.Default with { Kernels = KernelPath.Fast };
}

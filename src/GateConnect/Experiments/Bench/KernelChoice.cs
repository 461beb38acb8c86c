// The one place where the bench says which path through a network it times.
using GateConnect.Model;

namespace GateConnect.Experiments.Bench;

/// <summary>Options of the networks that are timed.</summary>
internal static class KernelChoice
{
    /// <summary>Plain torch operations.</summary>
    internal static NetworkOptions Reference => NetworkOptions.Default;

    /// <summary>The fused kernels; null where there are none, and the variant is left out.</summary>
    internal static NetworkOptions? Fast => null;
}

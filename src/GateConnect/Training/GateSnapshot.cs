// What the gates look like at the end of an epoch: what the gate diary keeps.
using GateConnect.Architecture;

namespace GateConnect.Training;

/// <summary>The gates at the end of an epoch.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="RealGates">Per module from module 1 on, the real-valued gates, [readers, sources].</param>
/// <param name="TopK">The wiring of the K largest gates per block.</param>
public sealed record GateSnapshot(int Epoch, IReadOnlyList<float[,]> RealGates, Connectivity TopK)
{
    /// <summary>Whether gates and wiring are those of such a network.</summary>
    internal bool Fits(NetworkBlueprint blueprint) => TopK.Fits(blueprint) && TopK.Fits(RealGates);
}

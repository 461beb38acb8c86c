// What pruning will remove, decided from the wiring alone (Connectivity.LiveBlocks) and printable before anything is done.
// Death cascades backward, no module ever becomes empty, and whatever lives keeps all its K sources.
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using GateConnect.Architecture;
using GateConnect.Model;

namespace GateConnect.Pruning;

/// <summary>Which blocks stay and which go, with the smaller network's plan, wiring and cost.</summary>
public sealed class PrunePlan
{
    private PrunePlan(NetworkBlueprint blueprint, Connectivity connectivity, LastNormAffine affine, bool[][] live)
    {
        (Blueprint, Connectivity) = (blueprint, connectivity);
        Modules = [.. live.Select((blocks, module) => new ModulePrune(module, Where(blocks, true), Where(blocks, false)))];
        Pruned = blueprint.WithBlocks([.. Modules.Select(module => module.Kept.Length)]);
        PrunedConnectivity = new Connectivity([.. connectivity.Modules.Select(Reindex)]);
        Before = CostModel.Of(blueprint, NetworkForm.Branches, affine);
        After = CostModel.Of(Pruned, NetworkForm.Branches, affine);
    }

    /// <summary>The network to be pruned.</summary>
    public NetworkBlueprint Blueprint { get; }

    /// <summary>Its wiring.</summary>
    public Connectivity Connectivity { get; }

    /// <summary>What happens in every module, in order.</summary>
    public IReadOnlyList<ModulePrune> Modules { get; }

    /// <summary>The same network with the living blocks only.</summary>
    public NetworkBlueprint Pruned { get; }

    /// <summary>The wiring among the living blocks, counted anew from 0 in their old order.</summary>
    public Connectivity PrunedConnectivity { get; }

    /// <summary>The cost with all blocks.</summary>
    public NetworkCost Before { get; }

    /// <summary>The cost of the pruned network.</summary>
    public NetworkCost After { get; }

    /// <summary>Whether nothing is to be removed.</summary>
    public bool IsEmpty => Modules.All(module => module.Dropped.IsEmpty);

    /// <summary>Decides what lives in a network, from its gates as they stand.</summary>
    /// <exception cref="InvalidOperationException">The gates are still being learned.</exception>
    public static PrunePlan From(BranchNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return From(network.Blueprint, network.Wiring(), network.Options.LastNormAffine);
    }

    /// <summary>Decides what lives.</summary>
    /// <param name="blueprint">The network; it may have been pruned before.</param>
    /// <param name="connectivity">Its wiring.</param>
    /// <param name="affine">Whose the last norms' affine is; matters to the costs only.</param>
    /// <exception cref="ArgumentException">The wiring does not fit the blueprint.</exception>
    public static PrunePlan From(
        NetworkBlueprint blueprint, Connectivity connectivity, LastNormAffine affine = LastNormAffine.Shared)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        ArgumentNullException.ThrowIfNull(connectivity);
        return new PrunePlan(blueprint, connectivity, affine, connectivity.LiveBlocks(blueprint));
    }

    /// <summary>One line per module that loses blocks, then the totals; the same text in every culture.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var module in Modules.Where(module => !module.Dropped.IsEmpty))
        {
            var blocks = module.Dropped.Length == 1 ? "block" : "blocks";
            text.Append(CultureInfo.InvariantCulture,
                $"module {module.Module}: drop {blocks} {string.Join(", ", module.Dropped)} of {Blueprint.Modules[module.Module].Blocks}\n");
        }
        if (IsEmpty)
        {
            text.Append("nothing to drop: every block is read\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"blocks {Blueprint.Blocks} -> {Pruned.Blocks}, ");
        text.Append(CultureInfo.InvariantCulture,
            $"parameters {Before.Parameters:N0} -> {After.Parameters:N0} ({Saved(Before.Parameters, After.Parameters)}), ");
        text.Append(CultureInfo.InvariantCulture,
            $"multiply-adds {Before.MultiplyAdds:N0} -> {After.MultiplyAdds:N0} ({Saved(Before.MultiplyAdds, After.MultiplyAdds)})");
        return text.ToString();
    }

    private static string Saved(long before, long after) =>
        before == after ? "the same" : string.Create(CultureInfo.InvariantCulture, $"-{100.0 * (before - after) / before:F1} %");

    private static ImmutableArray<int> Where(bool[] live, bool state) =>
        [.. Enumerable.Range(0, live.Length).Where(block => live[block] == state)];

    private ModuleConnectivity Reindex(ModuleConnectivity module)
    {
        var sources = Modules[module.Module - 1].Kept;
        return new ModuleConnectivity(
            module.Module,
            sources.Length,
            [.. Modules[module.Module].Kept.Select(reader => module.Reads[reader].Select(source => sources.BinarySearch(source)).ToImmutableArray())]);
    }
}

/// <summary>What happens to one module.</summary>
/// <param name="Module">Index of the module, from 0.</param>
/// <param name="Kept">The blocks that stay, ascending; never empty.</param>
/// <param name="Dropped">The blocks that go, ascending.</param>
public sealed record ModulePrune(int Module, ImmutableArray<int> Kept, ImmutableArray<int> Dropped);

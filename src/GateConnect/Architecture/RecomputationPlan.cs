// Which module outputs a training step keeps for backward and which it makes again (PERFORMANCE section 3: a gated network keeps C
// outputs per module). The chain is cut into segments: the last output of each is kept, those within are made again
// from it, one segment at a time. What is needed at once is then the kept ones and the largest segment.
using System.Collections.Immutable;

namespace GateConnect.Architecture;

/// <summary>Consecutive modules; what the last of them puts out is kept.</summary>
/// <param name="First">The first module, from 0.</param>
/// <param name="Last">The last one, at least <paramref name="First"/>.</param>
internal readonly record struct ModuleSegment(int First, int Last);

/// <summary>The segments of a network, chosen for the least memory.</summary>
/// <param name="Segments">In order; together all modules.</param>
/// <param name="KeptBytes">Per image: float32 outputs at the ends of segments.</param>
/// <param name="RemadeBytes">Per image: what the largest segment makes again.</param>
/// <param name="SparedBytes">Per image: outputs and projections of all modules, of which only those are there at once.</param>
internal sealed record RecomputationPlan(ImmutableArray<ModuleSegment> Segments, long KeptBytes, long RemadeBytes, long SparedBytes)
{
    /// <summary>What is there at once of so many bytes of activations per image.</summary>
    internal long PeakBytes(long activationBytes) => activationBytes - SparedBytes + KeptBytes + RemadeBytes;

    /// <summary>The plan of a network.</summary>
    /// <param name="blueprint">The network, with the size of its images.</param>
    /// <param name="form">How its modules are built.</param>
    public static RecomputationPlan Of(NetworkBlueprint blueprint, NetworkForm form)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        var modules = Enumerable.Range(0, blueprint.Modules.Count).Select(index => CostModel.Wide(blueprint, index, form)).ToArray();
        // Every sum of consecutive modules is a bound that may be the best one.
        return Enumerable.Range(0, modules.Length)
            .SelectMany(first => Enumerable.Range(first, modules.Length - first).Select(last => Remade(modules, first, last)))
            .Distinct()
            .Order()
            .Where(bound => bound >= modules.Max(module => module.Projection))
            .Select(bound => Cut(modules, bound))
            .MinBy(plan => plan.KeptBytes + plan.RemadeBytes)!;
    }

    /// <summary>Whether what module <paramref name="index"/> puts out is kept.</summary>
    public bool Keeps(int index) => Segments.Any(segment => segment.Last == index);

    // Segments as long as the bound allows.
    private static RecomputationPlan Cut(WideActivations[] modules, long bound)
    {
        var segments = ImmutableArray.CreateBuilder<ModuleSegment>();
        for (var first = 0; first < modules.Length; first = segments[^1].Last + 1)
        {
            var last = first;
            while (last + 1 < modules.Length && Remade(modules, first, last + 1) <= bound)
            {
                last++;
            }
            segments.Add(new ModuleSegment(first, last));
        }
        return new RecomputationPlan(
            segments.ToImmutable(),
            segments.Sum(segment => modules[segment.Last].Output),
            segments.Max(segment => Remade(modules, segment.First, segment.Last)),
            modules.Sum(module => module.Output + module.Projection));
    }

    // The outputs within a segment, and what its projections put out.
    private static long Remade(WideActivations[] modules, int first, int last) =>
        modules[first..(last + 1)].Sum(module => module.Output + module.Projection) - modules[last].Output;
}

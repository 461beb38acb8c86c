// The rows of the inference table: one wiring with unread blocks, computed with all of them and without, here and in ONNX Runtime.
using System.Collections.Immutable;
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Experiments.Bench;

/// <summary>One way to compute the class scores of a trained network.</summary>
/// <param name="Name">The row's name in tables and JSON.</param>
/// <param name="MultiplyAdds">What the cost model counts, per image.</param>
/// <param name="Create">Makes the function; whoever calls it disposes the result.</param>
internal sealed record InferenceVariant(string Name, long MultiplyAdds, Func<nn.Module<Tensor, Tensor>> Create)
{
    // What the paper found dead at most, rounded down: "up to 30 % of the blocks".
    private const double UnreadShare = 0.25;

    /// <summary>All of them, in the table's order.</summary>
    internal static IReadOnlyList<InferenceVariant> All(NetworkBlueprint blueprint, int fanIn)
    {
        var wiring = WiringWithUnreadBlocks(blueprint, fanIn);
        var plan = PrunePlan.From(blueprint, wiring);
        return
        [
            new("masked", plan.Before.MultiplyAdds, () => Masked(blueprint, wiring)),
            new("pruned", plan.After.MultiplyAdds, () =>
            {
                using var masked = Masked(blueprint, wiring);
                return Pruner.Apply(plan, masked);
            }),
            new("masked-folded", plan.Before.MultiplyAdds, () =>
            {
                using var masked = Masked(blueprint, wiring);
                return FoldedNetwork.Create(masked);
            }),
            new("folded", plan.After.MultiplyAdds, () =>
            {
                using var masked = Masked(blueprint, wiring);
                using var pruned = Pruner.Apply(plan, masked);
                return FoldedNetwork.Create(pruned);
            }),
            new("onnx", plan.After.MultiplyAdds, () =>
            {
                using var masked = Masked(blueprint, wiring);
                return OnnxContender.Create(masked);
            }),
        ];
    }

    /// <summary>Every block reads K blocks out of the first three quarters of the module before, or of K where that is more.</summary>
    internal static Connectivity WiringWithUnreadBlocks(NetworkBlueprint blueprint, int fanIn)
    {
        var random = new Seeds(1).Generator(Seeds.Gates);
        return new Connectivity([.. blueprint.Modules.Skip(1).Select(module =>
        {
            var sources = blueprint.Modules[module.Index - 1].Blocks;
            var read = Math.Max(fanIn, (int)Math.Ceiling((1 - UnreadShare) * sources));
            return new ModuleConnectivity(module.Index, sources, [.. Enumerable.Range(0, module.Blocks).Select(_ => Row(read, fanIn, random))]);
        })]);
    }

    private static ImmutableArray<int> Row(int read, int fanIn, SeededRandom random)
    {
        var order = Enumerable.Range(0, read).ToArray();
        random.Shuffle<int>(order);
        return [.. order[..fanIn].Order()];
    }

    private static BranchNetwork Masked(NetworkBlueprint blueprint, Connectivity wiring)
    {
        var network = BranchNetwork.Create(blueprint, wiring, new Seeds(1), KernelChoice.Reference);
        network.eval();
        return network;
    }
}

/// <summary>A network in evaluation, as a contender. Owns network and batch.</summary>
internal sealed class InferencePass(nn.Module<Tensor, Tensor> network, RandomBatch batch) : IContender
{
    /// <inheritdoc/>
    public TensorLayout Layout => TensorLayout.Planes;

    /// <inheritdoc/>
    public double Seconds(int times)
    {
        using var inference = inference_mode();
        return Elapsed.Seconds(Pass, times);
    }

    public void Dispose()
    {
        network.Dispose();
        batch.Dispose();
    }

    private void Pass()
    {
        using var scope = NewDisposeScope();
        network.call(batch.Images);
    }
}

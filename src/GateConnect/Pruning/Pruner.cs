// Carries a plan out: a new network whose tensors are the living rows of the old one's. Nothing is decided here.
using System.Globalization;
using GateConnect.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Pruning;

/// <summary>Builds the smaller network.</summary>
public static class Pruner
{
    /// <summary>The network without the blocks that the plan drops; computes what the full one computes.</summary>
    /// <param name="plan">What stays.</param>
    /// <param name="network">The network that the plan was made for, gates fixed to its wiring; stays as it is.</param>
    /// <returns>A new network with weights of its own, in the same mode; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The plan was made for another network or other gates.</exception>
    public static BranchNetwork Apply(PrunePlan plan, BranchNetwork network)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(network);
        if (plan.Blueprint != network.Blueprint || !network.IsWired(plan.Connectivity))
        {
            throw new ArgumentException("the plan was made for another network, or its gates are not fixed to the plan's wiring", nameof(plan));
        }
        var pruned = BranchNetwork.Empty(plan.Pruned, plan.PrunedConnectivity, network.Options);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var sources = NetworkTensors.Of(network).ToDictionary(tensor => tensor.Name, tensor => tensor.Value);
        foreach (var (name, target) in NetworkTensors.Of(pruned))
        {
            target.copy_(Living(plan, name, sources[name]));
        }
        pruned.train(network.training);
        return pruned;
    }

    // Keys of a module are modules.<index>.<part>..., see BlockBank for the parts and their shapes.
    private static Tensor Living(PrunePlan plan, string name, Tensor source)
    {
        var keys = name.Split('.');
        if (keys[0] != "modules")
        {
            return source;
        }
        var module = plan.Modules[int.Parse(keys[1], CultureInfo.InvariantCulture)];
        var blocks = module.Kept.Length + module.Dropped.Length;
        return (keys[2], keys[3..]) switch
        {
            ("shortcut", _) => source,                                                  // one for all blocks
            ("expandNorm", ["weight" or "bias"]) when source.shape[0] != blocks => source, // [1, d], one for all blocks
            _ => Rows(source, module, rowsPerBlock: source.shape[0] / blocks),          // [C, ...] or [C*w, ...]
        };
    }

    private static Tensor Rows(Tensor source, ModulePrune module, long rowsPerBlock)
    {
        long[] rows = [.. module.Kept.SelectMany(block => Enumerable.Range(0, (int)rowsPerBlock).Select(row => (block * rowsPerBlock) + row))];
        return source.index_select(0, torch.tensor(rows, device: source.device));
    }
}

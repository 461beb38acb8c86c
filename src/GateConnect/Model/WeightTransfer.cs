// The weights of a trained network as the start of another training, whose wiring may be another: what is taken over, and
// how the new network begins as the old one ended (docs/decisions/0020-pretrained.md).
using GateConnect.Architecture;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Hands weights on from network to network.</summary>
public static class WeightTransfer
{
    /// <summary>
    /// Copies weights and running statistics; the head only where it tells as many classes apart. The residuals of modules
    /// that gates read are multiplied by the source's fan-in over the target's: whatever share of its gates is open, a block's
    /// input keeps its size, and with all of them evenly open the target computes what a source with all gates open does.
    /// Where the target has an affine per branch, its last norms get the branches' own statistics, measured on the batches.
    /// </summary>
    /// <param name="source">A <see cref="BranchNetwork"/> with fixed gates, or a <see cref="ResNeXt"/>; stays as it is.</param>
    /// <param name="target">Of the same size and stem, before pruning; its gates stay as they are.</param>
    /// <param name="batches">Normalised training images, each [N, channels, H, W]; read only where statistics are measured, at least one then.</param>
    /// <exception cref="ArgumentException">
    /// The networks do not fit each other, a ResNeXt is asked to start from branches, or branches that share an affine from
    /// branches that do not.
    /// </exception>
    public static void Copy(nn.Module<Tensor, Tensor> source, nn.Module<Tensor, Tensor> target, IEnumerable<Tensor> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        switch (source, target)
        {
            case (ResNeXt from, ResNeXt to):
                CopyTensors(from, to);
                break;
            case (ResNeXt from, BranchNetwork { Options.LastNormAffine: LastNormAffine.PerBranch } to):
                using (var branches = BranchConversion.FromResNeXt(from, LastNormAffine.PerBranch))
                {
                    CopyMeasured(branches, to, batches);
                }
                break;
            case (BranchNetwork from, BranchNetwork { Options.LastNormAffine: LastNormAffine.PerBranch } to):
                using (var branches = BranchNetwork.Empty(from.Blueprint, from.Wiring(), to.Options))
                {
                    CopyTensors(from, branches);
                    CopyMeasured(branches, to, batches);
                }
                break;
            case (BranchNetwork { Options.LastNormAffine: LastNormAffine.Shared } from, BranchNetwork to):
                CopyTensors(from, to);
                Scale(to, from.FanIn);
                break;
            default:
                throw new ArgumentException(
                    "these weights cannot start such a network; take branches with an affine each (LastNormAffine.PerBranch)", nameof(target));
        }
    }

    private static void CopyMeasured(BranchNetwork from, BranchNetwork to, IEnumerable<Tensor> batches)
    {
        from.eval();
        BranchMoments.Restate(from, batches);
        CopyTensors(from, to);
        Scale(to, from.FanIn);
    }

    // A shared affine is handed to every branch: [1, d] -> [C, d].
    private static void CopyTensors(nn.Module<Tensor, Tensor> from, nn.Module<Tensor, Tensor> to)
    {
        var values = NetworkTensors.Of(from).ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);
        var keepsHead = values["head.bias"].shape[0] == NetworkTensors.Of(to).Single(entry => entry.Name == "head.bias").Value.shape[0];
        foreach (var (name, target) in NetworkTensors.Of(to))
        {
            if (!keepsHead && name.StartsWith("head.", StringComparison.Ordinal))
            {
                continue;
            }
            var fits = values.TryGetValue(name, out var value) && value.shape.Length == target.shape.Length
                && value.shape.Zip(target.shape).All(pair =>
                    pair.First == pair.Second || (pair.First == 1 && name.Contains(".expandNorm.", StringComparison.Ordinal)));
            target.copy_(fits ? value!.expand(target.shape) : throw new ArgumentException($"the networks do not fit each other at {name}", nameof(to)));
        }
    }

    // The head reads all branches of the last module under every wiring.
    private static void Scale(BranchNetwork network, int sourceFanIn)
    {
        using Scalar share = (double)sourceFanIn / network.FanIn; // held while libtorch reads it (docs/memory.md)
        foreach (var bank in network.modules.SkipLast(1))
        {
            bank.expandNorm.weight.mul_(share);
            bank.expandNorm.bias.mul_(share);
        }
    }
}

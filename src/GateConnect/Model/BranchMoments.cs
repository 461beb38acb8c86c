// ResNeXt keeps statistics of the sum of its branches, a network of branches those of every branch. Before weights of the
// one are trained on as the other, the branches' own are measured; the affine takes up the difference (PAPER section 3).
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Statistics of the last norms, measured without training.</summary>
internal static class BranchMoments
{
    /// <summary>
    /// Gives every last norm the mean over the batches of its branches' moments; in evaluation mode the network computes what
    /// it did. From then on training mode, too, starts from that function, as far as a batch is like these.
    /// </summary>
    /// <param name="network">In evaluation mode, gates fixed, one affine per branch.</param>
    /// <param name="batches">Normalised images, each [N, channels, H, W]; at least one batch.</param>
    /// <exception cref="ArgumentException">There is no batch.</exception>
    internal static void Restate(BranchNetwork network, IEnumerable<Tensor> batches)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var sums = network.modules
            .Select(bank => (Mean: zeros_like(bank.expandNorm.runningMean), Variance: zeros_like(bank.expandNorm.runningVariance))).ToArray();
        var count = 0;
        foreach (var batch in batches)
        {
            using var step = NewDisposeScope();
            Add(network, batch, sums);
            count++;
        }
        if (count == 0)
        {
            throw new ArgumentException("no images to measure the branches on", nameof(batches));
        }
        using Scalar share = 1.0 / count; // held while libtorch reads it (docs/memory.md)
        foreach (var (bank, sum) in network.modules.Zip(sums))
        {
            bank.expandNorm.Restate(sum.Mean.mul(share), sum.Variance.mul(share));
        }
    }

    private static void Add(BranchNetwork network, Tensor batch, (Tensor Mean, Tensor Variance)[] sums)
    {
        using Scalar one = 1.0;
        var x = network.stem.call(batch).unsqueeze(0);                                 // [1, N, d, H, W]
        for (var index = 0; index < sums.Length; index++)
        {
            using var module = NewDisposeScope();
            var bank = network.modules[index];
            var (mean, variance) = BranchNorm.MomentsOf(bank.expand, bank.trunk.call(x)); // [C, d] each
            sums[index].Mean.add_(mean, alpha: one);
            sums[index].Variance.add_(variance, alpha: one);
            if (index + 1 < sums.Length)
            {
                using var read = x;
                x = GatedAggregation.Apply(bank.call(x), Rows(network, index + 1)).MoveToOuterDisposeScope(); // [C or 1, N, d', H', W']
            }
        }
    }

    // Where all gates are open every block reads the same, so one of them says it for all.
    private static Tensor Rows(BranchNetwork network, int module) =>
        network.FanIn == network.Gates.Of(module).shape[1] ? network.Gates.Of(module).narrow(0, 0, 1) : network.Gates.Of(module);
}

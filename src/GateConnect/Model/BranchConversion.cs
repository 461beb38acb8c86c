// From ResNeXt to the branch form with all gates open (PAPER section 3): the two compute the same function. ResNeXt's
// last norm stands after the sum of the branches; here its scale goes into every branch and its bias is split by C.
using GateConnect.Architecture;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Turns pretrained ResNeXt weights into a <see cref="BranchNetwork"/>.</summary>
public static class BranchConversion
{
    private const string LastNorm = ".expandNorm.";

    /// <summary>A branch network, all gates open, that computes what <paramref name="source"/> computes.</summary>
    /// <param name="source">Stays the caller's, unchanged.</param>
    /// <param name="affine">Whose the last norms' affine is; a start in training mode needs one per branch.</param>
    /// <param name="batch">
    /// Null for a network that is equal in evaluation mode. Normalised images [N, channels, H, W] for one that is equal
    /// in training mode on this batch: the branches' moments are measured on it.
    /// </param>
    /// <returns>The new network; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">A batch was given with an affine that is shared.</exception>
    public static BranchNetwork FromResNeXt(ResNeXt source, LastNormAffine affine, Tensor? batch = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (batch is not null && affine != LastNormAffine.PerBranch)
        {
            throw new ArgumentException("equality in training mode needs one affine per branch; pass LastNormAffine.PerBranch", nameof(affine));
        }
        var network = BranchNetwork.Empty(
            source.Blueprint, Connectivity.Full(source.Blueprint), source.Options with { LastNormAffine = affine });
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var weights = source.state_dict();
        CopyEqualParts(network, weights);
        if (batch is null)
        {
            SpreadLastNorms(network, weights);
        }
        else
        {
            MeasureLastNorms(network, weights, batch);
            CopyEqualParts(network, weights); // measuring moved the running statistics
        }
        return network;
    }

    private static void CopyEqualParts(BranchNetwork network, Dictionary<string, Tensor> weights)
    {
        foreach (var (name, tensor) in network.state_dict())
        {
            if (!name.Contains(LastNorm, StringComparison.Ordinal))
            {
                tensor.copy_(weights[name]);
            }
        }
    }

    // BN(sum z) = a (sum z - mu)/sigma + b = sum over k of [ a (z_k - mu/C)/sigma + b/C ].
    private static void SpreadLastNorms(BranchNetwork network, Dictionary<string, Tensor> weights)
    {
        for (var index = 0; index < network.modules.Count; index++)
        {
            var norm = network.modules[index].expandNorm;
            var key = $"modules.{index}{LastNorm}";
            using Scalar share = 1.0 / norm.runningMean.shape[0];
            norm.weight.copy_(weights[key + "weight"].expand(norm.weight.shape));
            norm.bias.copy_(weights[key + "bias"].mul(share).expand(norm.bias.shape));
            norm.runningMean.copy_(weights[key + "runningMean"].mul(share).expand(norm.runningMean.shape));
            norm.runningVariance.copy_(weights[key + "runningVariance"].expand(norm.runningVariance.shape));
        }
    }

    // With a' = a / sigma: a' z_k + b'/C = gamma_k (z_k - mean_k)/sigma_k + beta_k, gamma_k = a' sigma_k, beta_k = b'/C + a' mean_k.
    private static void MeasureLastNorms(BranchNetwork network, Dictionary<string, Tensor> weights, Tensor batch)
    {
        using Scalar epsilon = ChannelNorm.Epsilon, one = 1.0, two = 2.0; // held while libtorch reads them (docs/memory.md)
        network.train();
        var x = network.stem.call(batch).unsqueeze(0);                          // [1, N, d, H, W]
        for (var index = 0; index < network.modules.Count; index++)
        {
            var bank = network.modules[index];
            var key = $"modules.{index}{LastNorm}";
            var thin = bank.trunk.call(x);                                      // [N, C*w, H', W']
            var kernel = bank.expand.permute(1, 0, 2).flatten(1, 2).unsqueeze(-1).unsqueeze(-1); // [d, C*w, 1, 1]
            var sum = nn.functional.conv2d(thin, kernel);                       // [N, d, H', W']
            var mean = sum.mean([0, 2, 3]);                                     // [d]
            var variance = (sum - mean.view(1, -1, 1, 1)).pow(two).mean([0, 2, 3]);
            var scale = weights[key + "weight"] * variance.add(epsilon, one).rsqrt(); // a', [d]
            var offset = weights[key + "bias"] - (scale * mean);                // b', [d]
            SetBranches(bank, thin, scale, offset);
            var identity = bank.shortcut is null ? x : bank.shortcut.call(x);   // [1, N, d, H', W']
            x = nn.functional.relu((sum * scale.view(1, -1, 1, 1)).add(offset.view(1, -1, 1, 1), one).add(identity, one));
        }
    }

    private static void SetBranches(BlockBank bank, Tensor thin, Tensor scale, Tensor offset)
    {
        var norm = bank.expandNorm;
        var (mean, variance) = norm.BatchMoments(bank.expand, thin);            // [C, d] each
        using Scalar epsilon = ChannelNorm.Epsilon, one = 1.0, share = 1.0 / mean.shape[0];
        norm.weight.copy_(scale * variance.add(epsilon, one).sqrt());
        norm.bias.copy_((scale * mean).add(offset, share));
        norm.runningMean.copy_(mean);
        norm.runningVariance.copy_(variance);
    }
}

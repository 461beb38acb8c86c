// The last batch norm of every branch, by moments. F = W3 r is linear in the thin r, so its mean is W3 mean(r) and
// its variance diag(W3 Cov(r) W3^T): scale and bias fold into the 1x1 convolution and the d-channel tensor before
// the norm never exists (PERFORMANCE section 4). Its affine starts at 1/sqrt(K): K unit-variance branches are
// summed by every reader, and with a scale of 1 the first hundred steps blow up.
using GateConnect.Architecture;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>
/// Batch norm of W3 r per branch. Keys: <c>weight</c> and <c>bias</c> [1, d] where the module's branches share them,
/// else [C, d]; <c>runningMean</c> and <c>runningVariance</c> [C, d].
/// </summary>
internal sealed class BranchNorm : nn.Module<Tensor, Tensor, (Tensor Weights, Tensor Bias)>
{
    internal readonly Parameter weight;
    internal readonly Parameter bias;
    internal readonly Tensor runningMean;
    internal readonly Tensor runningVariance;

    internal BranchNorm(ModuleBlueprint module, LastNormAffine affine, ScalarType dtype, Device device)
        : base(nameof(BranchNorm))
    {
        long blocks = module.Blocks, channels = module.OutputChannels;
        var rows = affine == LastNormAffine.Shared ? 1 : blocks;
        weight = nn.Parameter(torch.ones([rows, channels], dtype, device));
        bias = nn.Parameter(torch.zeros([rows, channels], dtype, device));
        runningMean = torch.zeros([blocks, channels], dtype, device);
        runningVariance = torch.ones([blocks, channels], dtype, device);
        RegisterComponents();
    }

    /// <summary>Folds the norm into the convolution that it follows.</summary>
    /// <param name="expand">W3, [C, d, w].</param>
    /// <param name="thin">r, the convolution's input, [N, C*w, H, W]; read in training mode only.</param>
    /// <returns>Weights [C, d, w] and bias [C, d] such that weights r + bias = BN(W3 r).</returns>
    public override (Tensor Weights, Tensor Bias) forward(Tensor expand, Tensor thin)
    {
        if (!training)
        {
            return Fold(expand, runningMean, runningVariance);
        }
        var (mean, covariance) = Moments(thin, expand.shape[0]);
        return FoldMoments(expand, mean, covariance, (double)thin.numel() / (expand.shape[0] * expand.shape[2]));
    }

    /// <summary>The fold with the statistics kept from training.</summary>
    internal (Tensor Weights, Tensor Bias) FoldRunning(Tensor expand) => Fold(expand, runningMean, runningVariance);

    /// <summary>The fold from moments of r; moves the running statistics.</summary>
    /// <param name="expand">W3, [C, d, w].</param>
    /// <param name="thinMean">Mean of r, [C, w].</param>
    /// <param name="covariance">Biased covariance of r, [C, w, w].</param>
    /// <param name="count">Values of a channel that they were taken over.</param>
    internal (Tensor Weights, Tensor Bias) FoldMoments(Tensor expand, Tensor thinMean, Tensor covariance, double count)
    {
        var (mean, variance) = Through(expand, thinMean, covariance);
        MoveStatistics(mean, variance, count);
        return Fold(expand, mean, variance);
    }

    /// <summary>Mean and biased variance of W3 r over this batch, [C, d] each; moves the running statistics.</summary>
    internal (Tensor Mean, Tensor Variance) BatchMoments(Tensor expand, Tensor thin)
    {
        var (mean, variance) = MomentsOf(expand, thin);
        MoveStatistics(mean, variance, (double)thin.numel() / (expand.shape[0] * expand.shape[2]));
        return (mean, variance);
    }

    /// <summary>Mean and biased variance of W3 r over this batch, [C, d] each; nothing else changes.</summary>
    internal static (Tensor Mean, Tensor Variance) MomentsOf(Tensor expand, Tensor thin)
    {
        var (thinMean, covariance) = Moments(thin, expand.shape[0]);
        return Through(expand, thinMean, covariance);
    }

    /// <summary>Takes other statistics as its own and moves the affine along, so that in evaluation mode it computes what it did.</summary>
    /// <param name="mean">[C, d].</param>
    /// <param name="variance">[C, d].</param>
    /// <exception cref="InvalidOperationException">The branches share one affine, which cannot follow all of them.</exception>
    internal void Restate(Tensor mean, Tensor variance)
    {
        if (weight.shape[0] != runningMean.shape[0])
        {
            throw new InvalidOperationException("branches that share an affine cannot have their statistics restated; take LastNormAffine.PerBranch");
        }
        using var frozen = no_grad();
        using Scalar epsilon = ChannelNorm.Epsilon, one = 1.0; // held while libtorch reads them (docs/memory.md)
        var slope = weight * runningVariance.add(epsilon, one).rsqrt(); // [C, d]
        bias.add_(slope * (mean - runningMean), alpha: one);
        weight.copy_(slope * variance.add(epsilon, one).sqrt());
        runningMean.copy_(mean);
        runningVariance.copy_(variance);
    }

    private (Tensor Weights, Tensor Bias) Fold(Tensor expand, Tensor mean, Tensor variance)
    {
        using Scalar epsilon = ChannelNorm.Epsilon, one = 1.0; // held while libtorch reads them (docs/memory.md)
        var scale = weight * variance.add(epsilon, one).rsqrt(); // [C, d]
        return (expand * scale.unsqueeze(-1), bias - (mean * scale));
    }

    // Mean [C, w] and biased covariance [C, w, w] of r.
    private static (Tensor Mean, Tensor Covariance) Moments(Tensor thin, long blocks)
    {
        var (images, width) = (thin.shape[0], thin.shape[1] / blocks);
        var values = thin.view(images, blocks, width, -1).permute(1, 2, 0, 3).reshape(blocks, width, -1); // [C, w, N*H*W]
        var mean = values.mean([2], keepdim: true);                                                       // [C, w, 1]
        var centred = values - mean;
        using Scalar share = 1.0 / values.shape[2];
        return (mean.squeeze(-1), centred.matmul(centred.transpose(1, 2)).mul(share));                    // [C, w], [C, w, w]
    }

    // Mean and variance of W3 r, [C, d] each, from those of r.
    private static (Tensor Mean, Tensor Variance) Through(Tensor expand, Tensor thinMean, Tensor covariance) => (
        expand.matmul(thinMean.unsqueeze(-1)).squeeze(-1),
        (expand.matmul(covariance) * expand).sum(-1));

    private void MoveStatistics(Tensor mean, Tensor variance, double count)
    {
        using var frozen = no_grad();
        var unbiased = count > 1 ? count / (count - 1) : 1.0;
        using Scalar old = 1 - ChannelNorm.Momentum, fresh = ChannelNorm.Momentum, freshUnbiased = ChannelNorm.Momentum * unbiased;
        runningMean.mul_(old).add_(mean, alpha: fresh);
        runningVariance.mul_(old).add_(variance, alpha: freshUnbiased);
    }
}

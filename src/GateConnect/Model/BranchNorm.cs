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
        var (mean, variance) = training ? BatchMoments(expand, thin) : (runningMean, runningVariance);
        using Scalar epsilon = ChannelNorm.Epsilon, one = 1.0; // held while libtorch reads them (docs/memory.md)
        var scale = weight * variance.add(epsilon, one).rsqrt(); // [C, d]
        return (expand * scale.unsqueeze(-1), bias - (mean * scale));
    }

    /// <summary>Mean and biased variance of W3 r over this batch, [C, d] each; moves the running statistics.</summary>
    internal (Tensor Mean, Tensor Variance) BatchMoments(Tensor expand, Tensor thin)
    {
        var (blocks, width) = (expand.shape[0], expand.shape[2]);
        var images = thin.shape[0];
        var values = thin.view(images, blocks, width, -1).permute(1, 2, 0, 3).reshape(blocks, width, -1); // [C, w, N*H*W]
        var count = values.shape[2];
        var thinMean = values.mean([2], keepdim: true);                                                   // [C, w, 1]
        var centred = values - thinMean;
        using Scalar share = 1.0 / count;
        var covariance = centred.matmul(centred.transpose(1, 2)).mul(share);                              // [C, w, w]
        var mean = expand.matmul(thinMean).squeeze(-1);                                                   // [C, d]
        var variance = (expand.matmul(covariance) * expand).sum(-1);                                      // [C, d]
        using (no_grad())
        {
            var unbiased = count > 1 ? (double)count / (count - 1) : 1.0;
            using Scalar old = 1 - ChannelNorm.Momentum, fresh = ChannelNorm.Momentum, freshUnbiased = ChannelNorm.Momentum * unbiased;
            runningMean.mul_(old).add_(mean, alpha: fresh);
            runningVariance.mul_(old).add_(variance, alpha: freshUnbiased);
        }
        return (mean, variance);
    }
}

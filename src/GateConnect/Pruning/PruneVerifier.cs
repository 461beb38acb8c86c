// The proof on real images that pruning changed nothing: both networks see the same batches. What is compared are the
// logits, whose rounding grows with their size, so the difference is taken relative to the largest of them.
using System.Globalization;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Pruning;

/// <summary>Compares a network with its pruned form.</summary>
public static class PruneVerifier
{
    /// <summary>How far logits may differ, relative to the largest logit seen.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>Runs both networks in evaluation mode over all batches; their modes are restored.</summary>
    /// <param name="masked">The network with all its blocks and fixed gates.</param>
    /// <param name="pruned">The network without the dead blocks.</param>
    /// <param name="batches">Normalised images, each [N, channels, H, W]; they stay the caller's.</param>
    /// <returns>The largest difference found.</returns>
    /// <exception cref="VerificationException">They differ by more than <see cref="Tolerance"/>, or a logit is not finite.</exception>
    /// <exception cref="ArgumentException">There is no image.</exception>
    public static PruneCheck Check(
        nn.Module<Tensor, Tensor> masked, nn.Module<Tensor, Tensor> pruned, IEnumerable<Tensor> batches)
    {
        ArgumentNullException.ThrowIfNull(masked);
        ArgumentNullException.ThrowIfNull(pruned);
        ArgumentNullException.ThrowIfNull(batches);
        var modes = (masked.training, pruned.training);
        masked.eval();
        pruned.eval();
        try
        {
            return Verdict(batches.Aggregate(new PruneCheck(0, 0, 0), (check, batch) => Compare(check, masked, pruned, batch)));
        }
        finally
        {
            masked.train(modes.Item1);
            pruned.train(modes.Item2);
        }
    }

    private static PruneCheck Compare(
        PruneCheck check, nn.Module<Tensor, Tensor> masked, nn.Module<Tensor, Tensor> pruned, Tensor batch)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var expected = masked.call(batch).to(ScalarType.Float64);
        var found = pruned.call(batch).to(ScalarType.Float64);
        var difference = (expected - found).abs().max().item<double>();
        var scale = expected.abs().max().item<double>();
        // Math.Max hands NaN on, so that it cannot hide behind a later batch.
        return new PruneCheck(
            Math.Max(check.MaxAbsoluteDifference, difference), check.Images + batch.shape[0], Math.Max(check.LogitScale, scale));
    }

    private static PruneCheck Verdict(PruneCheck check)
    {
        if (check.Images == 0)
        {
            throw new ArgumentException("no images to compare the networks on");
        }
        var (difference, scale) = (check.MaxAbsoluteDifference, check.LogitScale);
        return difference <= Tolerance * scale && double.IsFinite(scale)
            ? check
            : throw new VerificationException("the pruned network differs: logits by up to " + string.Create(
                CultureInfo.InvariantCulture,
                $"{difference:G3} on {check.Images} images, allowed {Tolerance:G1} of the largest logit {scale:G3}; nothing was written"));
    }
}

/// <summary>What the comparison found.</summary>
/// <param name="MaxAbsoluteDifference">Between any two logits.</param>
/// <param name="Images">Images compared; at least 1.</param>
/// <param name="LogitScale">The largest absolute logit of the full network.</param>
public sealed record PruneCheck(double MaxAbsoluteDifference, long Images, double LogitScale);

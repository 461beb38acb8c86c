// Stochastic gradient descent with Nesterov momentum and L2 decay, as PyTorch defines it. The library's own optimiser
// keeps its momentum where no name reaches it; here every buffer has its parameter's name and goes into checkpoints.
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>
/// The optimiser of the weights, for <see cref="Trainer"/> and for loops of your own. Owns its momentum buffers, not the weights:
/// dispose it.
/// </summary>
public sealed class NesterovSgd : IDisposable
{
    private readonly (string Name, Parameter Weight, Tensor Momentum)[] entries;
    private readonly TrainingOptions options;

    /// <summary>Momentum at zero for every parameter of a network; gates are none.</summary>
    /// <param name="network">Stays the caller's; moved to its device before.</param>
    /// <param name="options">Momentum and weight decay are read.</param>
    public NesterovSgd(nn.Module<Tensor, Tensor> network, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        using var frozen = no_grad();
        entries = [.. network.named_parameters().Select(
            entry => (entry.name, entry.parameter, zeros_like(entry.parameter).DetachFromDisposeScope()))];
    }

    internal IEnumerable<(string Name, Tensor Value)> State => entries.Select(entry => (entry.Name, entry.Momentum));

    /// <summary>Forgets the gradients of the last backward pass.</summary>
    public void ZeroGradients()
    {
        foreach (var entry in entries)
        {
            entry.Weight.grad?.zero_();
        }
    }

    /// <summary>The squared length of the whole gradient; not finite where any entry is not.</summary>
    public double SquaredGradient()
    {
        using var scope = NewDisposeScope();
        return stack([.. entries.Where(entry => entry.Weight.grad is not null)
            .Select(entry => entry.Weight.grad!).Select(gradient => (gradient * gradient).sum().to(ScalarType.Float64))]).sum().item<double>();
    }

    /// <summary>Moves every weight that has a gradient.</summary>
    /// <param name="rate">The learning rate of this step.</param>
    public void Step(double rate)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        // Held until the end: a number that becomes a Scalar in passing may be collected while libtorch reads it.
        using Scalar decay = options.WeightDecay, friction = options.Momentum, one = 1.0, descentRate = -rate;
        foreach (var (_, weight, momentum) in entries)
        {
            if (weight.grad is not { } gradient)
            {
                continue;
            }
            var descent = gradient.add(weight, alpha: decay);
            momentum.mul_(friction).add_(descent, alpha: one);
            weight.add_(descent.add(momentum, alpha: friction), alpha: descentRate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var entry in entries)
        {
            entry.Momentum.Dispose();
        }
    }
}

// Stochastic gradient descent with Nesterov momentum and L2 decay, as PyTorch defines it. The library's own optimiser
// keeps its momentum where no name reaches it; here every buffer has its parameter's name and goes into checkpoints.
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>The optimiser of the weights. Owns its momentum buffers.</summary>
internal sealed class NesterovSgd : IDisposable
{
    private readonly (string Name, Parameter Weight, Tensor Momentum)[] entries;
    private readonly TrainingOptions options;

    internal NesterovSgd(nn.Module<Tensor, Tensor> network, TrainingOptions options)
    {
        this.options = options;
        entries = [.. network.named_parameters().Select(
            entry => (entry.name, entry.parameter, zeros_like(entry.parameter).detach().DetachFromDisposeScope()))];
    }

    internal IEnumerable<(string Name, Tensor Value)> State => entries.Select(entry => (entry.Name, entry.Momentum));

    internal void ZeroGradients()
    {
        foreach (var entry in entries)
        {
            entry.Weight.grad?.zero_();
        }
    }

    /// <summary>The squared length of the whole gradient; not finite where any entry is not.</summary>
    internal double SquaredGradient()
    {
        using var scope = NewDisposeScope();
        return stack([.. entries.Where(entry => entry.Weight.grad is not null)
            .Select(entry => entry.Weight.grad!.square().sum().to(ScalarType.Float64))]).sum().item<double>();
    }

    internal void Step(double rate)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (_, weight, momentum) in entries)
        {
            if (weight.grad is not { } gradient)
            {
                continue;
            }
            var descent = gradient.add(weight, alpha: options.WeightDecay);
            momentum.mul_(options.Momentum).add_(descent);
            weight.add_(descent.add(momentum, alpha: options.Momentum), alpha: -rate);
        }
    }

    public void Dispose()
    {
        foreach (var entry in entries)
        {
            entry.Momentum.Dispose();
        }
    }
}

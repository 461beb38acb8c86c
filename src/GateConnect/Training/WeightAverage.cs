// An exponential moving average of weights and running statistics, which is evaluated and saved in their place.
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>The average of a network's state. Owns its tensors.</summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly (string Name, Tensor Live, Tensor Mean)[] entries;
    private readonly double decay;

    internal WeightAverage(nn.Module<Tensor, Tensor> network, double decay)
    {
        this.decay = decay;
        entries = [.. network.state_dict().Select(
            entry => (entry.Key, entry.Value, entry.Value.detach().clone().DetachFromDisposeScope()))];
    }

    internal IEnumerable<(string Name, Tensor Value)> State => entries.Select(entry => (entry.Name, entry.Mean));

    internal void Update()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (_, live, mean) in entries)
        {
            mean.mul_(decay).add_(live, alpha: 1 - decay);
        }
    }

    /// <summary>Exchanges the network's state and the average; a second call undoes it.</summary>
    internal void Swap()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (_, live, mean) in entries)
        {
            var kept = live.detach().clone();
            live.copy_(mean);
            mean.copy_(kept);
        }
    }

    public void Dispose()
    {
        foreach (var entry in entries)
        {
            entry.Mean.Dispose();
        }
    }
}

// The running statistics of norms, kept aside and put back: whoever runs a forward pass in training mode that is not to count.
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>A copy of modules' buffers. Owns the copy; the modules stay the caller's.</summary>
internal sealed class RunningStatistics : IDisposable
{
    private readonly (Tensor Live, Tensor Kept)[] entries;

    /// <summary>Copies the present statistics.</summary>
    internal RunningStatistics(IEnumerable<nn.Module> modules)
    {
        using var frozen = no_grad();
        entries = [.. modules.SelectMany(module => module.named_buffers()).Select(buffer => (buffer.buffer, buffer.buffer.clone().DetachFromDisposeScope()))];
    }

    /// <summary>The buffers themselves.</summary>
    internal IEnumerable<Tensor> Live => entries.Select(entry => entry.Live);

    /// <summary>Puts the copy back.</summary>
    internal void Restore()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (live, kept) in entries)
        {
            live.copy_(kept);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var entry in entries)
        {
            entry.Kept.Dispose();
        }
    }
}

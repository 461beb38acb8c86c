// A network that came from a file, with what the file says about it.
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>A loaded network and its header. Owns the network: dispose it.</summary>
/// <param name="Network">A <see cref="BranchNetwork"/> or <see cref="ResNeXt"/>, in evaluation mode.</param>
/// <param name="Header">What the file says about it.</param>
public sealed record LoadedModel(nn.Module<Tensor, Tensor> Network, ModelHeader Header) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Network.Dispose();
}

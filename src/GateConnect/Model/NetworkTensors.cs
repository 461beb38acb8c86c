// The tensors that make up a network's state: parameters and running statistics by key, gates apart.
using GateConnect.Architecture;
using static TorchSharp.torch;

namespace GateConnect.Model;

internal static class NetworkTensors
{
    /// <summary>Every parameter and buffer; they stay the network's.</summary>
    internal static IReadOnlyList<(string Name, Tensor Value)> Of(nn.Module<Tensor, Tensor> network) =>
    [
        .. network.named_parameters().Select(parameter => (parameter.name, (Tensor)parameter.parameter)),
        .. network.named_buffers().Select(buffer => (buffer.name, buffer.buffer)),
    ];

    /// <summary>Whether the network's gates are exactly those of the wiring.</summary>
    internal static bool IsWired(this BranchNetwork network, Connectivity connectivity) =>
        connectivity.Fits(network.Blueprint) && connectivity.Modules.All(module =>
        {
            using var scope = NewDisposeScope();
            var gates = network.Gates.Of(module.Module).detach().to(ScalarType.Float32).cpu().contiguous();
            return gates.data<float>().ToArray().SequenceEqual(module.ToGates().Cast<float>());
        });
}

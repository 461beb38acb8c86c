// From a rule of wiring to a network with fresh weights.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>Builds the network that a rule trains.</summary>
public static class NetworkFactory
{
    /// <summary>A fresh network; the caller disposes it. Equal seeds give equal weights under every rule.</summary>
    public static nn.Module<Tensor, Tensor> Create(
        NetworkBlueprint blueprint, ConnectivityRule rule, Seeds seeds, NetworkOptions options) =>
        rule.Kind == ConnectivityKind.Full
            ? ResNeXt.Create(blueprint, seeds, options)
            : BranchNetwork.Create(blueprint, rule, seeds, options);
}

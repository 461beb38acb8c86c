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
            : BranchNetwork.Create(blueprint, InitialWiring(blueprint, rule, seeds), seeds, options);

    /// <summary>The wiring a network starts with: all open, or K random sources per block, which learning replaces.</summary>
    internal static Connectivity InitialWiring(NetworkBlueprint blueprint, ConnectivityRule rule, Seeds seeds) =>
        rule.Kind is ConnectivityKind.Full or ConnectivityKind.FullBranches
            ? Connectivity.Full(blueprint)
            : Connectivity.Random(blueprint, rule.FanInOf(blueprint.Size.Cardinality), seeds.Generator(Seeds.Gates));
}

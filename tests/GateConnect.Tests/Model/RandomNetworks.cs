// Small networks in which nothing is at its initial value: random weights, affines and running statistics.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Kernels;
using GateConnect.Model;
using GateConnect.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Tests.Model;

internal static class RandomNetworks
{
    internal static readonly ImageShape Grey = new(1, 8, 8);

    internal static NetworkBlueprint Blueprint(NetworkSize size, ImageShape? image = null) =>
        NetworkBlueprint.Create(size, image ?? Grey, classes: 3);

    internal static BranchNetwork Branches(
        NetworkBlueprint blueprint, Connectivity connectivity, ulong seed, LastNormAffine affine = LastNormAffine.Shared,
        KernelPath kernels = KernelPath.Fast, BlockKernels? width = null)
    {
        var options = new NetworkOptions { LastNormAffine = affine, Kernels = kernels, Width = width ?? BlockKernels.Best };
        var network = BranchNetwork.Create(blueprint, connectivity, new Seeds(seed), options);
        Shake(network, new SeededRandom(seed));
        network.eval();
        return network;
    }

    internal static ResNeXt ResNeXt(NetworkBlueprint blueprint, ulong seed)
    {
        var network = GateConnect.Model.ResNeXt.Create(blueprint, new Seeds(seed), NetworkOptions.Default);
        Shake(network, new SeededRandom(seed));
        network.eval();
        return network;
    }

    internal static ModelHeader Header(BranchNetwork network, Connectivity connectivity) => new(
        NetworkForm.Branches, network.Blueprint, network.FanIn, network.Options.LastNormAffine, connectivity,
        Pixels(network.Blueprint), ["cat", "dög", "\"bird\"\n"], "shapes");

    internal static ModelHeader Header(ResNeXt network) => new(
        NetworkForm.ResNeXt, network.Blueprint, network.Blueprint.Size.Cardinality, LastNormAffine.Shared, null,
        Pixels(network.Blueprint), ["cat", "dog", "bird"], "shapes");

    internal static Tensor Images(NetworkBlueprint blueprint, int count, ulong seed)
    {
        var random = new SeededRandom(seed);
        var values = new float[count * blueprint.Image.ByteCount];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = (float)random.NextNormal();
        }
        return torch.tensor(values, [count, blueprint.Image.Channels, blueprint.Image.Height, blueprint.Image.Width]);
    }

    internal static float[] Logits(nn.Module<Tensor, Tensor> network, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return network.call(images).data<float>().ToArray();
    }

    private static Normalization Pixels(NetworkBlueprint blueprint) => new(
        [.. Enumerable.Range(0, blueprint.Image.Channels).Select(channel => 0.4f + (0.1f * channel))],
        [.. Enumerable.Range(0, blueprint.Image.Channels).Select(channel => 0.3f - (0.05f * channel))]);

    private static void Shake(nn.Module<Tensor, Tensor> network, SeededRandom random)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using Scalar one = 1;
        foreach (var (name, value) in NetworkTensors.Of(network).OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            var factors = new float[value.numel()];
            var additive = name.EndsWith("bias", StringComparison.Ordinal) || name.EndsWith("runningMean", StringComparison.Ordinal);
            for (var index = 0; index < factors.Length; index++)
            {
                factors[index] = (float)(additive ? 0.3 * random.NextNormal() : 0.5 + random.NextDouble());
            }
            var shaped = torch.tensor(factors).view(value.shape);
            _ = additive ? value.add_(shaped, one) : value.mul_(shaped);
        }
    }
}

// He initialisation (fan-out of the whole module's convolution, as ResNeXt does), drawn from one named generator
// per parameter: networks of equal size start from equal weights, whatever their wiring and form.
using GateConnect.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Fresh weights from seeds.</summary>
internal static class WeightInitialisation
{
    /// <summary>Fills every convolution and the classifier; norms start at scale 1 and bias 0 but for the last ones.</summary>
    /// <param name="network">The network to fill.</param>
    /// <param name="seeds">The master seed.</param>
    /// <param name="lastNormScale">Scale of every module's last norm: 1/sqrt(K) in the branch form, 1 in ResNeXt.</param>
    internal static void Apply(nn.Module<Tensor, Tensor> network, Seeds seeds, double lastNormScale)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (name, parameter) in network.named_parameters())
        {
            if (name.EndsWith("expandNorm.weight", StringComparison.Ordinal))
            {
                using Scalar scale = lastNormScale; // held while libtorch reads it (docs/memory.md)
                parameter.fill_(scale);
            }
            else if (StandardDeviation(name, parameter.shape) is { } deviation)
            {
                parameter.copy_(Normal(seeds.Generator($"{Seeds.Weights}/{name}"), parameter.shape, deviation));
            }
        }
    }

    private static double? StandardDeviation(string name, long[] shape) => name.Split('.')[^1] switch
    {
        "reduce" => He(shape[0] * shape[1]),                                // [C, w, d_in] -> C*w outputs
        "convolve" => He(shape[0] * 9),                                     // [C*w, w, 3, 3]
        "expand" => He(shape[1]),                                           // [C, d, w] -> d outputs
        "weight" when shape.Length == 4 => He(shape[0] * shape[2] * shape[3]),
        "weight" when name == "head.weight" => Math.Sqrt(1.0 / shape[1]),
        _ => null,
    };

    private static double He(long fanOut) => Math.Sqrt(2.0 / fanOut);

    private static Tensor Normal(SeededRandom random, long[] shape, double deviation)
    {
        var values = new float[shape.Aggregate(1L, (product, length) => product * length)];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = (float)(deviation * random.NextNormal());
        }
        return torch.tensor(values).view(shape);
    }
}

// ResNeXt as torchvision builds and names it, from plain torch operations and nothing of the library: stride in the 3x3,
// one norm after the sum of the groups, and a projection wherever the shape changes.
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Tests.Export;

/// <summary>How such a network is built.</summary>
/// <param name="Layers">Modules per stage.</param>
/// <param name="Width">Channels of a group in the first stage.</param>
/// <param name="Groups">Groups of the 3x3.</param>
/// <param name="Outputs">Channels after the first stage.</param>
internal sealed record PublishedSize(int[] Layers, int Width, int Groups, int Outputs)
{
    public int Channels { get; init; } = 3;

    public int Classes { get; init; } = 5;

    /// <summary>Kernel of the stem; 7 comes with stride 2 and a max-pool.</summary>
    public int Stem { get; init; } = 3;
}

/// <summary>A network with random weights and random statistics. Owns them.</summary>
internal sealed class PublishedResNeXt : IDisposable
{
    private readonly PublishedSize size;
    private readonly Random random = new(11);

    public PublishedResNeXt(PublishedSize size)
    {
        this.size = size;
        Convolution("conv1", size.Outputs / 4, size.Channels, size.Stem);
        Norm("bn1", size.Outputs / 4);
        Walk((name, stage, inputs) =>
        {
            var (thin, outputs) = (size.Width * size.Groups << stage, size.Outputs << stage);
            Convolution($"{name}.conv1", thin, inputs, 1);
            Norm($"{name}.bn1", thin);
            Convolution($"{name}.conv2", thin, thin / size.Groups, 3);
            Norm($"{name}.bn2", thin);
            Convolution($"{name}.conv3", outputs, thin, 1);
            Norm($"{name}.bn3", outputs);
            if (inputs != outputs)
            {
                Convolution($"{name}.downsample.0", outputs, inputs, 1);
                Norm($"{name}.downsample.1", outputs);
            }
        });
        var features = size.Outputs << (size.Layers.Length - 1);
        Add("fc.weight", [size.Classes, features], () => Normal(0, 1.0 / Math.Sqrt(features)));
        Add("fc.bias", [size.Classes], () => Normal(0, 0.3));
    }

    /// <summary>The tensors by their names; they belong to this object.</summary>
    public SortedDictionary<string, Tensor> Weights { get; } = new(StringComparer.Ordinal);

    /// <summary>[N, channels, H, W] -> N * classes numbers.</summary>
    public float[] Logits(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var x = nn.functional.conv2d(
            images, Weights["conv1.weight"], strides: [size.Stem == 7 ? 2 : 1, size.Stem == 7 ? 2 : 1], padding: [size.Stem / 2, size.Stem / 2]);
        x = nn.functional.relu(Normed("bn1", x));
        x = size.Stem == 7 ? nn.functional.max_pool2d(x, kernel_size: 3, stride: 2, padding: 1) : x;
        Walk((name, stage, inputs) =>
        {
            long stride = stage > 0 && name.EndsWith(".0", StringComparison.Ordinal) ? 2 : 1;
            var y = nn.functional.relu(Normed($"{name}.bn1", nn.functional.conv2d(x, Weights[$"{name}.conv1.weight"])));
            y = nn.functional.relu(Normed($"{name}.bn2", nn.functional.conv2d(
                y, Weights[$"{name}.conv2.weight"], strides: [stride, stride], padding: [1, 1], groups: size.Groups)));
            y = Normed($"{name}.bn3", nn.functional.conv2d(y, Weights[$"{name}.conv3.weight"]));
            x = Weights.TryGetValue($"{name}.downsample.0.weight", out var projection)
                ? Normed($"{name}.downsample.1", nn.functional.conv2d(x, projection, strides: [stride, stride]))
                : x;
            using Scalar one = 1.0; // held while libtorch reads it (docs/memory.md)
            x = nn.functional.relu(y.add(x, alpha: one));
        });
        return nn.functional.linear(x.mean([2, 3]), Weights["fc.weight"], Weights["fc.bias"]).data<float>().ToArray();
    }

    /// <summary>Every tensor through a coarser type and back, as a file of that type holds it.</summary>
    public void Round(ScalarType type)
    {
        using var scope = NewDisposeScope();
        foreach (var weight in Weights.Values)
        {
            weight.copy_(weight.to(type).to(ScalarType.Float32));
        }
    }

    public void Dispose()
    {
        foreach (var weight in Weights.Values)
        {
            weight.Dispose();
        }
    }

    private void Walk(Action<string, int, int> module)
    {
        var inputs = size.Outputs / 4;
        for (var stage = 0; stage < size.Layers.Length; stage++)
        {
            for (var place = 0; place < size.Layers[stage]; place++)
            {
                module(string.Create(CultureInfo.InvariantCulture, $"layer{stage + 1}.{place}"), stage, inputs);
                inputs = size.Outputs << stage;
            }
        }
    }

    private Tensor Normed(string name, Tensor input) => nn.functional.batch_norm(
        input, Weights[$"{name}.running_mean"], Weights[$"{name}.running_var"], Weights[$"{name}.weight"], Weights[$"{name}.bias"],
        training: false, momentum: 0.1, eps: 1e-5);

    private void Convolution(string name, int outputs, int inputs, int kernel) =>
        Add($"{name}.weight", [outputs, inputs, kernel, kernel], () => Normal(0, Math.Sqrt(2.0 / (inputs * kernel * kernel))));

    private void Norm(string name, int channels)
    {
        Add($"{name}.weight", [channels], () => 0.5 + random.NextDouble());
        Add($"{name}.bias", [channels], () => Normal(0, 0.3));
        Add($"{name}.running_mean", [channels], () => Normal(0, 0.3));
        Add($"{name}.running_var", [channels], () => 0.5 + random.NextDouble());
    }

    private void Add(string name, long[] shape, Func<double> draw)
    {
        using var scope = NewDisposeScope();
        var values = new float[shape.Aggregate(1L, (product, length) => product * length)];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = (float)draw();
        }
        Weights.Add(name, tensor(values).view(shape).DetachFromDisposeScope());
    }

    private double Normal(double mean, double deviation) =>
        mean + (deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}

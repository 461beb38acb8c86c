// The logits of one image from the bytes of a model file, in plain loops and without torch: what docs/file-formats.md
// says, and nothing else. If the page and the network drift apart, the test that calls this fails.
using System.Buffers.Binary;
using System.Text.Json;

namespace GateConnect.Tests.Model;

internal sealed class PlainLogits
{
    private const double Epsilon = 1e-5;
    private readonly byte[] file;
    private readonly JsonElement header;
    private readonly long dataStart;

    private PlainLogits(byte[] file)
    {
        this.file = file;
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        dataStart = 8 + length;
        header = JsonDocument.Parse(file.AsMemory(8, length)).RootElement;
    }

    /// <summary>The logits of an image of bytes, [channels, height, width].</summary>
    internal static double[] Of(byte[] file, byte[] pixels) => new PlainLogits(file).Compute(pixels);

    private sealed record Map(int Channels, int Height, int Width, double[] Values)
    {
        internal Map Each(Func<double, double> function) => this with { Values = [.. Values.Select(function)] };

        internal Map Plus(Map other, double factor = 1) =>
            this with { Values = [.. Values.Zip(other.Values, (one, two) => one + (factor * two))] };

        internal Map Relu() => Each(value => Math.Max(0, value));
    }

    private double[] Compute(byte[] pixels)
    {
        var blueprint = JsonDocument.Parse(Text("blueprint")).RootElement;
        var size = blueprint.GetProperty("size").GetString()!.Split(',').Select(int.Parse).ToArray();
        var blocks = blueprint.GetProperty("blocks").EnumerateArray().Select(item => item.GetInt32()).ToArray();
        var places = Places(size[0]);
        var image = Normalised(pixels, blueprint.GetProperty("image"));
        var x = Enumerable.Repeat(Stem(image, IsLarge(size[0])), blocks[0]).ToArray();
        var resNeXt = Text("form") == "resnext";
        for (var module = 0; module < blocks.Length; module++)
        {
            var stride = places[module].Stride;
            var width = size[1] << places[module].Stage;
            if (resNeXt)
            {
                x = [.. Enumerable.Repeat(ResNeXtModule(x[0], module, width, stride), size[2])];
                continue;
            }
            var last = module == blocks.Length - 1;
            var share = 1.0 / (last ? blocks[module] : int.Parse(Text("fanIn"), null));
            Map[] y = [.. Enumerable.Range(0, blocks[module]).Select(block => Block(x[block], (module, block), (width, stride), share))];
            x = last ? [Sum(y, Enumerable.Range(0, y.Length))] : [.. Reads(module + 1).Select(row => Sum(y, row))];
        }
        return Head(x[0]);
    }

    private Map Normalised(byte[] pixels, JsonElement image)
    {
        var (height, width) = (image.GetProperty("height").GetInt32(), image.GetProperty("width").GetInt32());
        var normalization = JsonDocument.Parse(Text("normalization")).RootElement;
        double At(string key, int channel) => normalization.GetProperty(key)[channel].GetSingle();
        var values = pixels.Select((value, index) => ((value / 255.0) - At("mean", index / (height * width))) / At("std", index / (height * width)));
        return new Map(image.GetProperty("channels").GetInt32(), height, width, [.. values]);
    }

    private static bool IsLarge(int depth) => depth is 50 or 101 or 152;

    // Stage and stride of every module.
    private static (int Stage, int Stride)[] Places(int depth)
    {
        int[] perStage = depth switch
        {
            50 => [3, 4, 6, 3],
            101 => [3, 4, 23, 3],
            152 => [3, 8, 36, 3],
            _ => [.. Enumerable.Repeat((depth - 2) / 9, 3)],
        };
        return [.. perStage.SelectMany((modules, stage) => Enumerable.Range(0, modules).Select(place => (stage, stage > 0 && place == 0 ? 2 : 1)))];
    }

    private Map Stem(Map image, bool large)
    {
        var longest = Math.Max(image.Height, image.Width);
        var wide = large || longest > 112;
        var window = wide ? (7, 2) : (3, longest <= 48 ? 1 : 2);
        var features = Norm(Convolve(image, Values("stem.weight"), window), "stem.norm", 0).Relu();
        return wide ? MaxPool(features) : features;
    }

    // 3x3, stride 2, padding 1.
    private static Map MaxPool(Map input)
    {
        var (height, width) = (((input.Height - 1) / 2) + 1, ((input.Width - 1) / 2) + 1);
        var values = new double[input.Channels * height * width];
        for (var place = 0; place < values.Length; place++)
        {
            var (channel, row, column) = (place / (height * width), place / width % height, place % width);
            var window = from y in Enumerable.Range((2 * row) - 1, 3)
                         from x in Enumerable.Range((2 * column) - 1, 3)
                         where y >= 0 && y < input.Height && x >= 0 && x < input.Width
                         select input.Values[(((channel * input.Height) + y) * input.Width) + x];
            values[place] = window.Max();
        }
        return new Map(input.Channels, height, width, values);
    }

    private Map Trunk(Map input, (int Module, int Block) place, (int Width, int Stride) size)
    {
        var (prefix, width) = ($"modules.{place.Module}.trunk.", size.Width);
        var channel = place.Block * width;
        var reduce = Values(prefix + "reduce").AsSpan(channel * input.Channels, width * input.Channels).ToArray();
        var thin = Norm(Convolve(input, reduce, (1, 1)), prefix + "reduceNorm", channel).Relu();
        var convolve = Values(prefix + "convolve").AsSpan(channel * width * 9, width * width * 9).ToArray();
        return Norm(Convolve(thin, convolve, (3, size.Stride)), prefix + "convolveNorm", channel).Relu();
    }

    private Map Expand(Map thin, (int Module, int Block) place)
    {
        var name = $"modules.{place.Module}.expand";
        var channels = (int)Shape(name)[1];
        return Convolve(thin, Values(name).AsSpan(place.Block * channels * thin.Channels, channels * thin.Channels).ToArray(), (1, 1));
    }

    private Map Block(Map input, (int Module, int Block) place, (int Width, int Stride) size, double share)
    {
        var residual = Expand(Trunk(input, place, size), place);
        var norm = $"modules.{place.Module}.expandNorm";
        return Norm(residual, norm, place.Block * residual.Channels).Plus(Shortcut(input, place.Module, size.Stride), share);
    }

    private Map ResNeXtModule(Map input, int module, int width, int stride)
    {
        var expanded = Enumerable.Range(0, (int)Shape($"modules.{module}.expand")[0])
            .Select(block => Expand(Trunk(input, (module, block), (width, stride)), (module, block)));
        var residual = Norm(expanded.Aggregate((one, two) => one.Plus(two)), $"modules.{module}.expandNorm", 0);
        return residual.Plus(Shortcut(input, module, stride)).Relu();
    }

    private Map Shortcut(Map input, int module, int stride) => header.TryGetProperty($"modules.{module}.shortcut.weight", out _)
        ? Norm(Convolve(input, Values($"modules.{module}.shortcut.weight"), (1, stride)), $"modules.{module}.shortcut.norm", 0)
        : input;

    private static Map Sum(Map[] outputs, IEnumerable<int> sources) =>
        sources.Select(source => outputs[source]).Aggregate((one, two) => one.Plus(two)).Relu();

    private double[] Head(Map features)
    {
        var pixels = features.Height * features.Width;
        var means = features.Values.Chunk(pixels).Select(channel => channel.Sum() / pixels).ToArray();
        return [.. Values("head.weight").Chunk(means.Length).Zip(Values("head.bias"), (row, bias) => row.Zip(means, (one, two) => one * two).Sum() + bias)];
    }

    private static Map Convolve(Map input, double[] weights, (int Kernel, int Stride) window)
    {
        var (kernel, stride) = window;
        var outputs = weights.Length / (input.Channels * kernel * kernel);
        var (height, width) = (((input.Height - 1) / stride) + 1, ((input.Width - 1) / stride) + 1);
        var values = new double[outputs * height * width];
        for (var place = 0; place < values.Length; place++)
        {
            var (output, row, column) = (place / (height * width), place / width % height, place % width);
            for (var tap = 0; tap < input.Channels * kernel * kernel; tap++)
            {
                var y = (row * stride) + (tap / kernel % kernel) - (kernel / 2);
                var x = (column * stride) + (tap % kernel) - (kernel / 2);
                if (y >= 0 && y < input.Height && x >= 0 && x < input.Width)
                {
                    var channel = tap / (kernel * kernel);
                    values[place] += weights[(output * input.Channels * kernel * kernel) + tap]
                        * input.Values[(((channel * input.Height) + y) * input.Width) + x];
                }
            }
        }
        return new Map(outputs, height, width, values);
    }

    // Statistics lie at `first` + channel; the affine does too, unless all blocks share it.
    private Map Norm(Map input, string name, int first)
    {
        var (mean, variance) = (Values(name + ".runningMean"), Values(name + ".runningVariance"));
        var (weight, bias) = (Values(name + ".weight"), Values(name + ".bias"));
        var affine = weight.Length == mean.Length ? first : 0;
        var pixels = input.Height * input.Width;
        return input with
        {
            Values = [.. input.Values.Select((value, index) => ((value - mean[first + (index / pixels)])
                / Math.Sqrt(variance[first + (index / pixels)] + Epsilon) * weight[affine + (index / pixels)]) + bias[affine + (index / pixels)])],
        };
    }

    private int[][] Reads(int module) =>
        [.. JsonDocument.Parse(Text("connectivity")).RootElement.GetProperty("modules")[module - 1].GetProperty("reads")
            .EnumerateArray().Select(row => row.EnumerateArray().Select(item => item.GetInt32()).ToArray())];

    private string Text(string key) => header.GetProperty("__metadata__").GetProperty(key).GetString()!;

    private long[] Shape(string name) => [.. header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(item => item.GetInt64())];

    private double[] Values(string name)
    {
        var offsets = header.GetProperty(name).GetProperty("data_offsets");
        var (begin, end) = (dataStart + offsets[0].GetInt64(), dataStart + offsets[1].GetInt64());
        var values = new double[(end - begin) / 4];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan((int)begin + (4 * index)));
        }
        return values;
    }
}

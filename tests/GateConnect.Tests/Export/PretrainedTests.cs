// Weights of another tool compute here what they compute there; a file that is not what it should be is told apart by name.
using System.Buffers.Binary;
using System.Text;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Export;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using static TorchSharp.torch;

namespace GateConnect.Tests.Export;

[NoTensorLeak]
public sealed class PretrainedTests : IDisposable
{
    private static readonly PublishedSize Small = new([1, 1, 1], Width: 2, Groups: 4, Outputs: 64);
    private static readonly PretrainedOptions SmallOptions = new(new NetworkSize(11, 2, 4)) { ImageSize = 16 };

    private readonly TemporaryFolder folder = new();

    public PretrainedTests() => TorchRuntime.EnsureLoaded();

    public static TheoryData<int[], int, int, int, int, string> Networks => new()
    {
        { [2, 2, 2], 4, 8, 3, 32, "20,4,8" },
        { [1, 1, 1], 2, 4, 3, 19, "11,2,4" },
        { [1, 1, 1], 2, 4, 7, 130, "11,2,4" },
        { [3, 4, 6, 3], 1, 2, 7, 40, "50,1,2" },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_imported_network_computes_what_the_published_one_computes(int[] layers, int width, int groups, int stem, int side, string network)
    {
        var large = layers.Length == 4;
        using var published = new PublishedResNeXt(new PublishedSize(layers, width, groups, large ? 256 : 64) { Stem = stem });
        var file = ForeignFile.Write(folder["published.safetensors"], published.Weights);
        var options = new PretrainedOptions(NetworkSize.Parse(network)) { ImageSize = side };
        using var model = PretrainedResNeXt.Read(file, options);
        AssertEqual(published, model);
        Assert.Equal(["0", "1", "2", "3", "4"], model.Header.ClassNames);
        Assert.Equal(PretrainedOptions.ImageNet, model.Header.Normalization);
        Assert.Equal(Connectivity.Full(model.Header.Blueprint), model.Header.Connectivity);

        // And so does the model file that is made of it.
        ModelFile.Save(folder["model.safetensors"], model.Network, model.Header);
        using var loaded = ModelFile.Load(folder["model.safetensors"]);
        AssertEqual(published, loaded);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Every_floating_type_is_read_and_counters_of_batches_do_not_matter(ScalarType type)
    {
        using var published = new PublishedResNeXt(Small);
        published.Round(type);
        using var scope = NewDisposeScope();
        var counters = published.Weights.Keys.Where(name => name.EndsWith("running_mean", StringComparison.Ordinal))
            .Select((name, index) => KeyValuePair.Create(
                name.Replace("running_mean", "num_batches_tracked", StringComparison.Ordinal), index == 0 ? tensor(new long[] { 7 }) : tensor(7L)));
        var file = ForeignFile.Write(folder["half.safetensors"], published.Weights.Concat(counters).Reverse(), type);
        using var model = PretrainedResNeXt.Read(file, SmallOptions);
        AssertEqual(published, model);
    }

    [Fact]
    public void One_affine_for_all_branches_computes_the_same()
    {
        using var published = new PublishedResNeXt(Small);
        var file = ForeignFile.Write(folder["published.safetensors"], published.Weights);
        using var model = PretrainedResNeXt.Read(file, SmallOptions with { LastNormAffine = LastNormAffine.Shared });
        AssertEqual(published, model);
    }

    [Fact]
    public void Every_tensor_that_is_missing_misshapen_or_surplus_is_named()
    {
        using var published = new PublishedResNeXt(Small);
        using var scope = NewDisposeScope();
        var weights = new Dictionary<string, Tensor>(published.Weights)
        {
            ["fc.weight"] = zeros(5, 255),
            ["bn1.bias"] = tensor(new long[16]),
            ["bn1.num_batches_tracked"] = zeros(2, ScalarType.Int64),
            ["layer9.0.conv1.weight"] = zeros(1),
            ["a\u001b[2Jb"] = zeros(2, 3),
        };
        weights.Remove("layer2.0.downsample.1.running_var");
        weights.Remove("conv1.weight");
        var failure = Refused(ForeignFile.Write(folder["wrong.safetensors"], weights));
        Assert.Equal(
            string.Join(Environment.NewLine,
                $"{folder["wrong.safetensors"]}: holds no ResNeXt {{11,2,4}} as torchvision and timm name it: 2 missing, 3 misshapen, 2 surplus",
                "  missing: conv1.weight, expected [16, 3, 3, 3]",
                "  missing: layer2.0.downsample.1.running_var, expected [128]",
                "  misshapen: bn1.bias is [16] of whole numbers, expected [16]",
                "  misshapen: fc.weight is [5, 255], expected [5, 256]",
                "  misshapen: bn1.num_batches_tracked is [2] of whole numbers, expected []",
                "  surplus: layer9.0.conv1.weight [1]",
                "  surplus: a?[2Jb [2, 3]"),
            failure);
    }

    [Fact]
    public void A_long_list_ends_with_a_count()
    {
        using var published = new PublishedResNeXt(Small);
        var failure = Refused(ForeignFile.Write(folder["wrong.safetensors"], published.Weights), SmallOptions with { Size = new NetworkSize(20, 2, 4) });
        Assert.EndsWith($"{Environment.NewLine}  missing: {(3 * 15) - PretrainedMistakes.MostListed} more", failure, StringComparison.Ordinal);
        Assert.Equal(2 + PretrainedMistakes.MostListed, failure.Split(Environment.NewLine).Length);
    }

    [Fact]
    public void A_single_mistake_is_one_line()
    {
        using var published = new PublishedResNeXt(Small);
        var failure = Refused(ForeignFile.Write(folder["one.safetensors"], published.Weights.Where(entry => entry.Key != "fc.bias")));
        Assert.Equal($"{folder["one.safetensors"]}: holds no ResNeXt {{11,2,4}} as torchvision and timm name it: missing: fc.bias, expected [5]", failure);
    }

    [Fact]
    public void Options_that_the_file_contradicts_are_refused()
    {
        using var published = new PublishedResNeXt(Small);
        var file = ForeignFile.Write(folder["published.safetensors"], published.Weights);
        Assert.Contains("fc.weight is [5, 256], expected [6, 256]", Refused(file, SmallOptions with { Classes = 6 }), StringComparison.Ordinal);
        var grey = SmallOptions with { Normalization = new Normalization([0.5f], [0.5f]) };
        Assert.Contains("conv1.weight is [16, 3, 3, 3], expected [16, 1, 3, 3]", Refused(file, grey), StringComparison.Ordinal);
        var large = SmallOptions with { ImageSize = 224 };
        Assert.Contains("conv1.weight is [16, 3, 3, 3], expected [16, 3, 7, 7]", Refused(file, large), StringComparison.Ordinal);
        var refusal = Assert.Throws<ConfigurationException>(() => PretrainedResNeXt.Read(file, SmallOptions with { ClassNames = ["a", "b"] }));
        Assert.Contains("2 names", refusal.Message, StringComparison.Ordinal);
        refusal = Assert.Throws<ConfigurationException>(() => PretrainedResNeXt.Read(file, SmallOptions with { ImageSize = 4, Classes = 1 }));
        Assert.Equal(2, refusal.Mistakes.Count);
    }

    [Fact]
    public void Values_that_no_network_has_are_refused_by_tensor()
    {
        using var published = new PublishedResNeXt(Small);
        using var scope = NewDisposeScope();
        (string Name, float Value, string Says)[] wrong =
            [("fc.bias", float.NaN, "not finite"), ("conv1.weight", float.NegativeInfinity, "not finite"), ("bn1.running_var", -1, "negative variance")];
        Assert.All(wrong, entry =>
        {
            var weights = new Dictionary<string, Tensor>(published.Weights);
            weights[entry.Name] = tensor(Enumerable.Repeat(entry.Value, (int)weights[entry.Name].numel()).ToArray()).view(weights[entry.Name].shape);
            var failure = Refused(ForeignFile.Write(folder["wrong.safetensors"], weights));
            Assert.Contains($"wrong.safetensors: {entry.Name} holds", failure, StringComparison.Ordinal);
            Assert.Contains(entry.Says, failure, StringComparison.Ordinal);
        });
        var large = new Dictionary<string, Tensor>(published.Weights) { ["fc.bias"] = tensor(new[] { 1e300, 0, 0, 0, 0 }) };
        Assert.Contains("fc.bias", Refused(ForeignFile.Write(folder["wrong.safetensors"], large, ScalarType.Float64)), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_other_kinds_are_told_by_what_they_are()
    {
        Assert.Contains("PyTorch archive", Refused(folder.Write("model.pth", [.. "PK\u0003\u0004 and so on"u8])), StringComparison.Ordinal);
        Assert.Contains("no such file", Refused(folder["absent.safetensors"]), StringComparison.Ordinal);
        Assert.Contains("offset 0", Refused(folder.Write("empty.safetensors", [])), StringComparison.Ordinal);
        Assert.Contains("fewer than two classes", Refused(Claimed("[1, 64]", 256)), StringComparison.Ordinal);
        using var published = new PublishedResNeXt(Small);
        using var model = PretrainedResNeXt.Read(ForeignFile.Write(folder["published.safetensors"], published.Weights), SmallOptions);
        ModelFile.Save(folder["own.safetensors"], model.Network, model.Header);
        Assert.Contains("is a model of GateConnect already", Refused(folder["own.safetensors"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[9223372036854775807, 0]")]
    [InlineData("[4611686018427387904, 4611686018427387904]")]
    [InlineData("[1000000000, 64, 1, 1]")]
    public void A_small_file_asks_for_no_memory(string shape)
    {
        var before = GC.GetTotalAllocatedBytes();
        Refused(Claimed(shape), new PretrainedOptions(new NetworkSize(152, 64, 64)));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 16 << 20);
    }

    [Fact]
    public void A_file_that_was_cut_is_refused_wherever_the_cut_is()
    {
        using var published = new PublishedResNeXt(Small);
        var whole = File.ReadAllBytes(ForeignFile.Write(folder["published.safetensors"], published.Weights));
        var random = new Random(3);
        Assert.All(Enumerable.Range(0, 60), _ => Refused(folder.Write("cut.safetensors", whole[..random.Next(whole.Length)])));
    }

    [Fact]
    public void A_flipped_bit_of_the_header_is_refused_or_changes_nothing()
    {
        using var published = new PublishedResNeXt(Small);
        var whole = File.ReadAllBytes(ForeignFile.Write(folder["published.safetensors"], published.Weights));
        var (random, header, refused) = (new Random(5), 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(whole), 0);
        for (var trial = 0; trial < 200; trial++)
        {
            var (place, bit) = (random.Next(header), 1 << random.Next(8));
            whole[place] ^= (byte)bit;
            try
            {
                using var model = PretrainedResNeXt.Read(folder.Write("flipped.safetensors", whole), SmallOptions);
                AssertEqual(published, model);
            }
            catch (ModelFileException)
            {
                refused++;
            }
            whole[place] ^= (byte)bit;
        }
        Assert.InRange(refused, 190, 200);
    }

    // One tensor, fc.weight, that claims a shape and has so many bytes of zeros.
    private string Claimed(string shape, int bytes = 0)
    {
        var text = Encoding.UTF8.GetBytes("{\"fc.weight\":{\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":[0," + bytes + "]}}");
        return folder.Write("claim.safetensors", [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. new byte[bytes]]);
    }

    private static string Refused(string file, PretrainedOptions? options = null) =>
        Assert.Throws<ModelFileException>(() => PretrainedResNeXt.Read(file, options ?? SmallOptions)).Message;

    private static void AssertEqual(PublishedResNeXt published, LoadedModel model)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var image = model.Header.Blueprint.Image;
        var images = randn([3L, image.Channels, image.Height, image.Width], generator: new Generator(2));
        var (expected, found) = (published.Logits(images), model.Network.call(images).data<float>().ToArray());
        var scale = expected.Max(Math.Abs);
        Assert.True(scale > 0.1);
        Assert.All(expected.Zip(found), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-4 * scale));
    }
}

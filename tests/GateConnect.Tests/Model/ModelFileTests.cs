// Law 5: save -> load is the identity. And whatever happens to a file, it is loaded as it was or refused by name.
using System.Text;
using CsCheck;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using TorchSharp;

namespace GateConnect.Tests.Model;

[NoTensorLeak]
public sealed class ModelFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gateconnect-").FullName;
    private readonly string path;

    public ModelFileTests()
    {
        TorchRuntime.EnsureLoaded();
        path = Path.Combine(folder, "model.safetensors");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(LastNormAffine.Shared)]
    [InlineData(LastNormAffine.PerBranch)]
    public void Saved_and_loaded_a_pruned_network_is_the_same_in_bytes_header_and_logits(LastNormAffine affine)
    {
        using var network = Pruned(affine, out var header);
        using var images = RandomNetworks.Images(network.Blueprint, 3, 5);

        ModelFile.Save(path, network, header);
        using var loaded = ModelFile.Load(path);
        var again = Path.Combine(folder, "again.safetensors");
        ModelFile.Save(again, loaded.Network, loaded.Header);

        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(again));
        Assert.Equal(RandomNetworks.Logits(network, images), RandomNetworks.Logits(loaded.Network, images));
        AssertEqual(header, loaded.Header);
        AssertEqual(header, ModelFile.ReadHeader(path));
        Assert.False(loaded.Network.training);
    }

    [Fact]
    public void Saved_and_loaded_a_ResNeXt_is_the_same()
    {
        using var network = RandomNetworks.ResNeXt(RandomNetworks.Blueprint(new NetworkSize(11, 2, 3)), 3);
        using var images = RandomNetworks.Images(network.Blueprint, 3, 5);

        ModelFile.Save(path, network, RandomNetworks.Header(network));
        using var loaded = ModelFile.Load(path);

        Assert.IsType<ResNeXt>(loaded.Network);
        Assert.Equal(RandomNetworks.Logits(network, images), RandomNetworks.Logits(loaded.Network, images));
    }

    [Fact]
    public void Float64_stays_Float64_unless_asked_otherwise()
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 1, 2));
        var wiring = Connectivity.Full(blueprint);
        using var network = BranchNetwork.Create(blueprint, wiring, new Seeds(1), new NetworkOptions { Precision = torch.float64 });

        ModelFile.Save(path, network, RandomNetworks.Header(network, wiring));
        using var same = ModelFile.Load(path);
        using var single = ModelFile.Load(path, NetworkOptions.Default);

        Assert.All(same.Network.parameters(), parameter => Assert.Equal(torch.float64, parameter.dtype));
        Assert.All(single.Network.parameters(), parameter => Assert.Equal(torch.float32, parameter.dtype));
    }

    [Fact]
    public void The_page_on_file_formats_suffices_to_recompute_the_logits_of_a_pruned_network()
    {
        using var network = Pruned(LastNormAffine.Shared, out var header, new ImageShape(3, 9, 12));
        ModelFile.Save(path, network, header);
        AssertPlainLogits(network, header.Normalization);
    }

    [Fact]
    public void The_page_on_file_formats_suffices_for_an_affine_per_branch_and_for_ResNeXt()
    {
        using var branches = Pruned(LastNormAffine.PerBranch, out var header);
        ModelFile.Save(path, branches, header);
        AssertPlainLogits(branches, header.Normalization);

        using var resNeXt = RandomNetworks.ResNeXt(RandomNetworks.Blueprint(new NetworkSize(11, 2, 3)), 3);
        ModelFile.Save(path, resNeXt, RandomNetworks.Header(resNeXt));
        AssertPlainLogits(resNeXt, RandomNetworks.Header(resNeXt).Normalization);
    }

    [Theory]
    [InlineData(11, 50, 9)] // a stem of stride 2
    [InlineData(11, 113, 8)] // 7x7 and a max-pool
    [InlineData(101, 8, 10)] // the large family
    public void The_page_on_file_formats_suffices_for_every_stem_and_both_families(int depth, int height, int width)
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(depth, 1, 2), new ImageShape(1, height, width));
        var wiring = Connectivity.Random(blueprint, 1, new SeededRandom(8));
        using var network = RandomNetworks.Branches(blueprint, wiring, 4);
        var header = RandomNetworks.Header(network, wiring);
        ModelFile.Save(path, network, header);
        AssertPlainLogits(network, header.Normalization);
    }

    [Theory]
    [InlineData("\"formatVersion\":\"1\"", "\"formatVersion\":\"2\"", "has format version '2'")]
    [InlineData("\"format\":\"gateconnect\"", "\"format\":\"gateconnecT\"", "is no model of GateConnect")]
    [InlineData("\"form\":\"branches\"", "\"form\":\"brancheS\"", "SHA-256")]
    [InlineData("\"sha256\"", "\"sha255\"", "sha256 is missing")]
    [InlineData("\"dtype\":\"F32\"", "\"dtype\":\"I64\"", "spans")]
    [InlineData("stem.weight", "stem.weighT", "SHA-256")]
    public void What_was_changed_is_named(string text, string other, string complaint)
    {
        var bytes = SavedBytes();
        var place = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        Encoding.UTF8.GetBytes(other).CopyTo(bytes, place);
        File.WriteAllBytes(path, bytes);

        var failure = Assert.Throws<ModelFileException>(() => ModelFile.Load(path).Dispose());

        Assert.StartsWith(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(complaint, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_cut_or_grew_is_refused()
    {
        var bytes = SavedBytes();
        foreach (var length in (int[])[0, 7, 8, 9, 500, bytes.Length / 2, bytes.Length - 4, bytes.Length - 1])
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Throws<ModelFileException>(() => ModelFile.Load(path).Dispose());
        }
        File.WriteAllBytes(path, [.. bytes, 0]);
        Assert.Throws<ModelFileException>(() => ModelFile.Load(path).Dispose());
    }

    [Fact]
    public void Any_changed_bytes_are_refused_or_do_not_matter()
    {
        var bytes = SavedBytes();
        var headerEnd = 8 + BitConverter.ToInt32(bytes, 0);
        var place = Gen.OneOf(Gen.Int[0, 8], Gen.Int[8, headerEnd - 1], Gen.Int[headerEnd, bytes.Length - 1]);
        Gen.Select(place, Gen.Int[1, 255]).Array[1, 3].Sample(
            changes =>
            {
                var changed = (byte[])bytes.Clone();
                foreach (var (position, flip) in changes)
                {
                    changed[position] ^= (byte)flip;
                }
                File.WriteAllBytes(path, changed);
                try
                {
                    using var loaded = ModelFile.Load(path);
                    ModelFile.Save(path, loaded.Network, loaded.Header);
                    return File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes);
                }
                catch (ModelFileException)
                {
                    return true;
                }
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public void Invalid_fields_under_a_valid_fingerprint_are_refused_too()
    {
        (string Key, string? Value)[] changes =
        [
            ("form", "x"), ("form", "resnext"), ("fanIn", "-1"), ("fanIn", "3"), ("fanIn", "99999999999"), ("lastNormAffine", "per-branch"),
            ("blueprint", "{}"), ("blueprint", "null"),
            ("blueprint", """{"size":"11,2,4","image":{"channels":1,"height":8,"width":8},"classes":3,"blocks":null}"""),
            ("blueprint", """{"size":"152,1024,1024","image":{"channels":1,"height":8,"width":8},"classes":3,"blocks":[1]}"""),
            ("normalization", """{"mean":[0],"std":[0]}"""), ("normalization", """{"mean":[1e999],"std":[1]}"""),
            ("normalization", """{"mean":[0,0],"std":[1,1]}"""),
            ("classNames", """["a"]"""), ("classNames", """["a",null,"b"]"""), ("classNames", "7"), ("connectivity", "{}"), ("connectivity", null),
            ("connectivity", """{"modules":[]}"""), ("dataset", null), ("formatVersion", null),
        ];
        SavedBytes();
        using var content = SafetensorsFile.Read(path);
        foreach (var (key, value) in changes)
        {
            var metadata = content.Metadata.Where(pair => pair.Key != key || value is not null)
                .ToDictionary(pair => pair.Key, pair => pair.Key == key ? value! : pair.Value);
            metadata["sha256"] = ModelFingerprint.Of(metadata, content.InFileOrder);
            var changed = Path.Combine(folder, "changed");
            SafetensorsFile.Write(changed, content.InFileOrder, metadata);
            Assert.Throws<ModelFileException>(() => ModelFile.Load(changed).Dispose());
        }
    }

    [Fact]
    public void Missing_unknown_and_misshapen_tensors_are_refused_by_name()
    {
        SavedBytes();
        using var content = SafetensorsFile.Read(path);
        using var flat = content.Tensors["head.weight"].flatten();
        using var extra = torch.ones(1);
        var tensors = content.InFileOrder.Where(tensor => tensor.Name != "head.weight").ToList();
        (string Complaint, (string, torch.Tensor)[] Tensors)[] cases =
        [
            ("holds", [.. tensors]), ("'more'", [.. content.InFileOrder, ("more", extra)]), ("'head.weight' has shape", [.. tensors, ("head.weight", flat)]),
            ("'head.bias' is missing", [.. content.InFileOrder.Where(tensor => tensor.Name != "head.bias")]),
        ];
        foreach (var (complaint, changed) in cases)
        {
            var metadata = content.Metadata.ToDictionary();
            metadata["sha256"] = ModelFingerprint.Of(metadata, SafetensorsHeaderWriter.Order(changed));
            SafetensorsFile.Write(path + ".2", changed, metadata);
            var failure = Assert.Throws<ModelFileException>(() => ModelFile.Load(path + ".2").Dispose());
            Assert.True(complaint == "holds" || failure.Message.Contains(complaint, StringComparison.Ordinal), failure.Message);
        }
    }

    [Fact]
    public void A_header_of_another_network_cannot_be_saved()
    {
        using var network = Pruned(LastNormAffine.Shared, out var header);
        using var resNeXt = RandomNetworks.ResNeXt(RandomNetworks.Blueprint(new NetworkSize(11, 2, 3)), 3);
        var other = Connectivity.Random(header.Blueprint, 1, new SeededRandom(99));

        Assert.Throws<ArgumentException>(() => ModelFile.Save(path, resNeXt, header));
        Assert.Throws<ArgumentException>(() => ModelFile.Save(path, network, RandomNetworks.Header(resNeXt)));
        Assert.Throws<ArgumentException>(() => ModelFile.Save(path, network, header with { ClassNames = ["a"] }));
        Assert.Throws<ArgumentException>(() => ModelFile.Save(path, network, header with { Connectivity = other, FanIn = 1 }));
        Assert.Throws<ArgumentException>(() => ModelFile.Save(path, network, header with { Affine = LastNormAffine.PerBranch }));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    private static BranchNetwork Pruned(LastNormAffine affine, out ModelHeader header, ImageShape? image = null)
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(20, 2, 4), image);
        var wiring = Connectivity.Random(blueprint, 2, new SeededRandom(8));
        using var network = RandomNetworks.Branches(blueprint, wiring, 4, affine);
        var plan = PrunePlan.From(blueprint, wiring, affine);
        Assert.False(plan.IsEmpty);
        var pruned = Pruner.Apply(plan, network);
        header = RandomNetworks.Header(pruned, plan.PrunedConnectivity);
        return pruned;
    }

    private byte[] SavedBytes()
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 1, 2));
        var wiring = Connectivity.Random(blueprint, 1, new SeededRandom(8));
        using var network = RandomNetworks.Branches(blueprint, wiring, 4);
        ModelFile.Save(path, network, RandomNetworks.Header(network, wiring));
        return File.ReadAllBytes(path);
    }

    private void AssertPlainLogits(torch.nn.Module<torch.Tensor, torch.Tensor> network, Normalization normalization)
    {
        var image = ModelFile.ReadHeader(path).Blueprint.Image;
        var random = new SeededRandom(12);
        byte[] pixels = [.. Enumerable.Range(0, image.ByteCount).Select(_ => (byte)random.NextInt(256))];
        var plane = image.Height * image.Width;
        float[] values = [.. pixels.Select((value, index) => ((value / 255f) - normalization.Mean[index / plane]) / normalization.Std[index / plane])];
        using var input = torch.tensor(values, [1, image.Channels, image.Height, image.Width]);

        var expected = RandomNetworks.Logits(network, input);
        var found = PlainLogits.Of(File.ReadAllBytes(path), pixels);

        var scale = expected.Max(Math.Abs);
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-4 * scale));
    }

    private static void AssertEqual(ModelHeader expected, ModelHeader found)
    {
        Assert.Equal(expected.ClassNames, found.ClassNames);
        Assert.Equal(expected with { ClassNames = [] }, found with { ClassNames = [] });
    }
}

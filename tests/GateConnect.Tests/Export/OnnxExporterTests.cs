// Torch = ONNX Runtime for every kind of network and every way to write one, and what differs gets no name.
using CsCheck;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Export;
using GateConnect.Export.Format;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using Google.Protobuf;

namespace GateConnect.Tests.Export;

[NoTensorLeak]
public sealed class OnnxExporterTests : IDisposable
{
    private static readonly NetworkSize[] Sizes = [new(11, 2, 4), new(20, 2, 6), new(11, 3, 1), new(20, 1, 3), new(11, 8, 8), new(29, 1, 2)];

    private static readonly ImageShape[] Shapes = [new(1, 8, 8), new(3, 16, 16), new(3, 11, 9), new(3, 50, 50)];

    private readonly TemporaryFolder folder = new();

    public OnnxExporterTests() => TorchRuntime.EnsureLoaded();

    private string File => Path.Combine(folder.Path, "network.onnx");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void OnnxRuntime_computes_what_torch_computes_for_networks_of_all_kinds_written_in_all_ways() => Gen.ULong.Sample(
        seed =>
        {
            var random = new SeededRandom(seed);
            using var model = Any(random, seed);
            var options = new OnnxOptions
            {
                BatchSize = random.NextInt(2) == 0 ? null : 1 + random.NextInt(5),
                Input = (OnnxInput)random.NextInt(2),
                Norms = (OnnxNorms)random.NextInt(2),
                Output = (OnnxOutput)random.NextInt(2),
            };

            var parity = OnnxExporter.Save(File, model, ExportedNetworks.Images(model, 4), options);

            Assert.Equal(4, parity.Images);
            Assert.InRange(parity.MaxAbsoluteDifference, 0, 2e-5 * parity.LogitScale);
            Assert.Equal(parity.TorchCorrect, parity.OnnxCorrect);
        },
        iter: 40, threads: 1);

    [Fact]
    public void The_large_family_with_its_pooled_stem_exports_too()
    {
        using var model = ExportedNetworks.Branches(new NetworkSize(50, 1, 3), fanIn: 2, seed: 1, new ImageShape(3, 33, 33));
        Assert.InRange(OnnxExporter.Save(File, model, ExportedNetworks.Images(model, 2)).MaxAbsoluteDifference, 0, 1);
    }

    [Fact]
    public void A_batch_of_any_size_gives_every_image_the_same_scores()
    {
        using var model = ExportedNetworks.Branches(new NetworkSize(11, 2, 4), fanIn: 2, seed: 3);
        var images = ExportedNetworks.Pixels(ExportedNetworks.Images(model, 128));
        using var session = new OnnxSession(OnnxExporter.Write(File, model, new OnnxOptions()), threads: 1);
        using var fives = new OnnxSession(OnnxExporter.Write(File, model, new OnnxOptions { BatchSize = 5 }), threads: 1);
        var expected = session.Score(images);
        foreach (var size in new[] { 1, 7, 128 })
        {
            Equal(expected, images.Chunk(size).SelectMany(session.Score));
        }
        Equal(expected, fives.Score(images));
    }

    [Fact]
    public void Equal_networks_are_equal_bytes_and_their_header_comes_back()
    {
        using var model = ExportedNetworks.Branches(new NetworkSize(11, 2, 4), fanIn: 1, seed: 4);
        var options = new OnnxOptions { Provenance = new OnnxProvenance("{\"seed\":4}", 71.5, "abc") };
        OnnxExporter.Save(File, model, ExportedNetworks.Images(model, 2), options);
        var first = System.IO.File.ReadAllBytes(File);
        OnnxExporter.Save(File, model, ExportedNetworks.Images(model, 2), options);
        Assert.Equal(first, System.IO.File.ReadAllBytes(File));

        var header = OnnxFile.Read(File).Header;
        Assert.Equal(model.Header.ClassNames, header.ClassNames);
        Assert.Equal(model.Header.Normalization, header.Normalization);
        Assert.Equal(PrunePlan.From((BranchNetwork)model.Network).Pruned, header.Blueprint);
        var entries = ModelProto.Parser.ParseFrom(first).MetadataProps.ToDictionary(entry => entry.Key, entry => entry.Value);
        Assert.Equal(("71.5", "abc", "11,2,4"), (entries["gateconnect.top1"], entries["gateconnect.commit"], entries["gateconnect.network"]));
        Assert.Equal("[\"cat\",\"d\\u00F6g\",\"\\u0022bird\\u0022\\n\"]", entries["gateconnect.classes"]);
    }

    [Fact]
    public void Dead_blocks_and_norms_are_absent()
    {
        using var model = ExportedNetworks.Branches(new NetworkSize(11, 2, 4), fanIn: 1, seed: 4);
        var plan = PrunePlan.From((BranchNetwork)model.Network);
        Assert.False(plan.IsEmpty);
        var graph = ModelProto.Parser.ParseFrom(OnnxExporter.Write(File, model, new OnnxOptions()).Bytes).Graph;
        Assert.Equal(
            plan.Pruned.Modules.Select(module => (long)module.Blocks),
            plan.Pruned.Modules.Select(module => graph.Initializer.Single(constant => constant.Name == $"module{module.Index}.gates").Dims[1]));
        Assert.DoesNotContain(graph.Node, node => node.OpType == "BatchNormalization");
        var unfolded = ModelProto.Parser.ParseFrom(OnnxExporter.Write(File, model, new OnnxOptions { Norms = OnnxNorms.Nodes }).Bytes).Graph;
        Assert.Contains(unfolded.Node, node => node.OpType == "BatchNormalization");
    }

    [Fact]
    public void A_changed_weight_is_refused_with_the_figure_and_leaves_no_file()
    {
        using var model = ExportedNetworks.Branches(new NetworkSize(11, 2, 4), fanIn: 2, seed: 5);
        var file = OnnxExporter.Write(File, model, new OnnxOptions());
        var changed = ModelProto.Parser.ParseFrom(file.Bytes);
        var weight = changed.Graph.Initializer.Single(constant => constant.Name == "head.bias");
        var bytes = weight.RawData.ToByteArray();
        BitConverter.GetBytes(BitConverter.ToSingle(bytes) + 0.5f).CopyTo(bytes, 0);
        weight.RawData = ByteString.CopyFrom(bytes);

        var damaged = file with { Bytes = changed.ToByteArray() };
        var refusal = Assert.Throws<VerificationException>(
            () => OnnxExporter.Save(model, damaged, ExportedNetworks.Images(model, 4), TestContext.Current.CancellationToken));

        Assert.Contains("logits differ by up to", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_cancelled_proof_leaves_no_file()
    {
        using var model = ExportedNetworks.ResNeXt(new NetworkSize(11, 2, 2), seed: 6);
        var options = new OnnxOptions { Cancellation = new CancellationToken(canceled: true) };
        Assert.Throws<OperationCanceledException>(() => OnnxExporter.Save(File, model, ExportedNetworks.Images(model, 1), options));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Images_of_another_shape_and_batches_out_of_range_are_refused()
    {
        using var model = ExportedNetworks.ResNeXt(new NetworkSize(11, 2, 2), seed: 6);
        using var other = ExportedNetworks.ResNeXt(new NetworkSize(11, 2, 2), seed: 6, new ImageShape(3, 8, 8));
        Assert.Throws<ArgumentException>(() => OnnxExporter.Save(File, model, ExportedNetworks.Images(other, 1)));
        Assert.Throws<ConfigurationException>(() => OnnxExporter.Save(File, model, ExportedNetworks.Images(model, 1), new OnnxOptions { BatchSize = 0 }));
    }

    private static LoadedModel Any(SeededRandom random, ulong seed)
    {
        var (size, image) = (Sizes[random.NextInt(Sizes.Length)], Shapes[random.NextInt(Shapes.Length)]);
        return random.NextInt(4) == 0
            ? ExportedNetworks.ResNeXt(size, seed, image)
            : ExportedNetworks.Branches(size, 1 + random.NextInt(size.Cardinality), seed, image, (LastNormAffine)random.NextInt(2));
    }

    private static void Equal(IEnumerable<float> expected, IEnumerable<float> found) =>
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
}

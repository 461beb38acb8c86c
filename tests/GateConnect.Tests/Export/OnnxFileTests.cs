// What is no whole file of this software is refused by name before ONNX Runtime sees it, be it damaged or made to deceive.
using GateConnect.Architecture;
using GateConnect.Export;
using GateConnect.Export.Format;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Export;

public sealed class OnnxFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string path;
    private readonly byte[] whole;

    public OnnxFileTests()
    {
        TorchRuntime.EnsureLoaded();
        path = Path.Combine(folder.Path, "network.onnx");
        using var model = ExportedNetworks.Branches(new NetworkSize(11, 1, 2), fanIn: 1, seed: 1);
        whole = OnnxExporter.Write(path, model, new OnnxOptions()).Bytes;
    }

    /// <summary>A change that a forger makes before sealing the file anew, and a word of the refusal.</summary>
    public static TheoryData<string, string> Forgeries => new()
    {
        { "loop", "Loop" },
        { "domain", "operator" },
        { "pads", "pads" },
        { "strides", "strides" },
        { "group", "group" },
        { "shape", "do not fit its shape" },
        { "huge shape", "do not fit its shape" },
        { "string constant", "do not fit its shape" },
        { "version", "IR version" },
        { "opset", "opset" },
        { "no graph", "graph" },
        { "input", "does not read" },
        { "no input", "does not read" },
        { "output", "does not give" },
        { "key twice", "twice" },
        { "no classes", "classes" },
        { "other classes", "class names" },
        { "format", "no model of GateConnect" },
    };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_whole_file_is_read_and_runs()
    {
        File.WriteAllBytes(path, whole);
        using var session = new OnnxSession(OnnxFile.Read(path), threads: 1);
        Assert.Equal(3, session.Score([new byte[64]]).Length);
    }

    [Fact]
    public void Cut_anywhere_or_with_any_bit_changed_it_is_refused()
    {
        for (var at = 0; at < whole.Length; at += Math.Max(1, whole.Length / 300))
        {
            Refused(whole[..at]);
            byte[] changed = [.. whole];
            changed[at] ^= (byte)(1 << (at % 8));
            Refused(changed);
        }
        Refused([.. whole, 0]);
        Refused([.. whole, .. whole]);
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void A_forged_file_is_refused_by_what_is_wrong_with_it(string forgery, string word)
    {
        var proto = ModelProto.Parser.ParseFrom(whole);
        proto.MetadataProps.RemoveAt(proto.MetadataProps.Count - 1);
        Forge(forgery, proto);
        Assert.Contains(word, Refused(OnnxFile.Sealed(proto)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_that_does_not_hold_together_is_refused_by_OnnxRuntime_by_name()
    {
        var proto = ModelProto.Parser.ParseFrom(whole);
        proto.MetadataProps.RemoveAt(proto.MetadataProps.Count - 1);
        proto.Graph.Node[3].Input[0] = "nowhere";
        File.WriteAllBytes(path, OnnxFile.Sealed(proto));
        var refusal = Assert.Throws<ModelFileException>(() => new OnnxSession(OnnxFile.Read(path), threads: 1));
        Assert.StartsWith($"{path}: ONNX Runtime refuses", refusal.Message, StringComparison.Ordinal);
    }

    private string Refused(byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        var refusal = Assert.Throws<ModelFileException>(() => OnnxFile.Read(path));
        Assert.StartsWith(path, refusal.Message, StringComparison.Ordinal);
        return refusal.Message;
    }

    private static void Forge(string forgery, ModelProto proto)
    {
        var convolution = proto.Graph?.Node.First(node => node.OpType == "Conv");
        var constant = proto.Graph!.Initializer[2];
        Action forge = forgery switch
        {
            "loop" => () => convolution!.OpType = "Loop",
            "domain" => () => convolution!.Domain = "com.example",
            "pads" => () => convolution!.Attribute.Single(attribute => attribute.Name == "pads").Ints[0] = 1 << 30,
            "strides" => () => convolution!.Attribute.Single(attribute => attribute.Name == "strides").Ints[0] = -1,
            "group" => () => convolution!.Attribute.Single(attribute => attribute.Name == "group").I = long.MaxValue,
            "shape" => () => constant.Dims[0]++,
            "huge shape" => () => constant.Dims.Add([int.MaxValue, int.MaxValue]),
            "string constant" => () => constant.DataType = 8,
            "version" => () => proto.IrVersion = 99,
            "opset" => () => proto.OpsetImport[0].Version = 99,
            "no graph" => () => proto.Graph = null,
            "input" => () => proto.Graph.Input[0].Type.TensorType.Shape.Dim[1].DimValue = 1 << 20,
            "no input" => proto.Graph.Input.Clear,
            "output" => () => proto.Graph.Output[0].Name = "other",
            "key twice" => () => proto.MetadataProps.Add(proto.MetadataProps[0].Clone()),
            "no classes" => () => proto.MetadataProps.Remove(Entry("classes")),
            "other classes" => () => Entry("classes").Value = "[\"one\"]",
            "format" => () => Entry("format").Value = "other",
            _ => throw new ArgumentException(forgery),
        };
        forge();

        StringStringEntryProto Entry(string key) => proto.MetadataProps.Single(entry => entry.Key == $"gateconnect.{key}");
    }
}

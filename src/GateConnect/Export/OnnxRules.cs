// What must hold of a file before ONNX Runtime sees it, which would allocate first and ask later: only what OnnxNetwork
// writes, of sizes that a network has. The seal finds damage; this finds files that were made to deceive.
using GateConnect.Export.Format;
using GateConnect.Model;
using GateConnect.Runtime;
using static GateConnect.Export.Format.TensorProto.Types;

namespace GateConnect.Export;

/// <summary>Refuses graphs of other operators, shapes or sizes than ours.</summary>
internal static class OnnxRules
{
    /// <summary>ONNX's format of 2022, which is read almost everywhere.</summary>
    internal const long IrVersion = 8;

    /// <summary>The operators of the same release.</summary>
    internal const long OperatorSet = 17;

    /// <summary>The input of raw pixels.</summary>
    internal const string Pixels = "pixels";

    /// <summary>The input of normalised images.</summary>
    internal const string Images = "images";

    /// <summary>The output that every file has.</summary>
    internal const string Logits = "logits";

    // Above every length of a convolution, and below what could ask for much memory.
    private const long LargestSetting = 65_536;
    private const long LargestSide = 7;

    private static readonly HashSet<string> Operators = new(StringComparer.Ordinal)
    {
        "Add", "BatchNormalization", "Cast", "Conv", "Div", "Flatten", "Gemm", "GlobalAveragePool", "MatMul", "MaxPool", "Relu",
        "Reshape", "Softmax", "Sub", "Transpose",
    };

    /// <summary>Checks a file whose metadata were read.</summary>
    /// <exception cref="ModelFileException">The first thing that is wrong.</exception>
    internal static void Check(string path, ModelProto proto, ModelHeader header)
    {
        if (Mistakes(proto, header).FirstOrDefault() is { } mistake)
        {
            throw new ModelFileException($"{path}: {mistake}; expected a file that 'gateconnect export' wrote");
        }
    }

    /// <summary>What a checked file reads.</summary>
    internal static OnnxInput InputOf(ModelProto proto) => proto.Graph.Input[0].Name == Pixels ? OnnxInput.Pixels : OnnxInput.Normalized;

    /// <summary>The batch of a checked file, or null where it is free.</summary>
    internal static int? BatchSizeOf(ModelProto proto) =>
        proto.Graph.Input[0].Type.TensorType.Shape.Dim[0] is { HasDimValue: true } batch ? (int)batch.DimValue : null;

    private static IEnumerable<string> Mistakes(ModelProto proto, ModelHeader header) => proto.Graph is { } graph
        ? [.. Versions(proto), .. Ends(graph, header), .. graph.Node.SelectMany(Node), .. graph.Initializer.SelectMany(Constant)]
        : ["has no graph"];

    private static IEnumerable<string> Versions(ModelProto proto)
    {
        if (proto.IrVersion != IrVersion)
        {
            yield return $"has IR version {proto.IrVersion}, expected {IrVersion}";
        }
        if (proto.OpsetImport is not [{ Domain: "", Version: OperatorSet }])
        {
            yield return $"asks for other operators than those of ONNX's opset {OperatorSet}";
        }
    }

    private static IEnumerable<string> Ends(GraphProto graph, ModelHeader header)
    {
        var image = header.Blueprint.Image;
        var (isPixels, isImages) = graph.Input is [var input]
            ? (Is(input, Pixels, DataType.Uint8, image.Height, image.Width, image.Channels),
                Is(input, Images, DataType.Float, image.Channels, image.Height, image.Width))
            : (false, false);
        if (!isPixels && !isImages)
        {
            yield return $"does not read {Pixels} or {Images} of {image} as its metadata say";
        }
        if (graph.Output.Count is not (1 or 2) || !Is(graph.Output[0], Logits, DataType.Float, header.Blueprint.Classes))
        {
            yield return $"does not give {Logits} of {header.Blueprint.Classes} classes as its metadata say";
        }
    }

    private static bool Is(ValueInfoProto value, string name, DataType type, params int[] lengths) =>
        value.Name == name
        && value.Type?.TensorType is { Shape: { } shape } tensor
        && tensor.ElemType == (int)type
        && shape.Dim.Count == lengths.Length + 1
        && (shape.Dim[0].HasDimParam || shape.Dim[0].DimValue is >= 1 and <= OnnxOptions.LargestBatch)
        && shape.Dim.Skip(1).Select(dim => dim.DimValue).SequenceEqual(lengths.Select(length => (long)length));

    private static IEnumerable<string> Node(NodeProto node)
    {
        if (!Operators.Contains(node.OpType) || node.Domain.Length > 0)
        {
            yield return $"has a node of the operator '{UntrustedText.Printable(node.OpType)}'";
        }
        foreach (var attribute in node.Attribute)
        {
            var limit = attribute.Name is "pads" or "kernel_shape" or "strides" ? LargestSide : LargestSetting;
            if (attribute.I < 0 || attribute.I > limit || attribute.Ints.Any(value => value < 0 || value > limit))
            {
                yield return $"has a node {node.OpType} whose {UntrustedText.Printable(attribute.Name)} is outside 0 to {limit}";
            }
        }
    }

    private static IEnumerable<string> Constant(TensorProto tensor)
    {
        var size = tensor.DataType switch { (int)DataType.Float => 4, (int)DataType.Int64 => 8, _ => 0 };
        var bytes = tensor.Dims.Aggregate((Int128)size, (product, length) =>
            length is >= 0 and <= int.MaxValue ? Int128.Min(product * length, long.MaxValue) : -1);
        if (size == 0 || tensor.Dims.Count > 4 || bytes != tensor.RawData.Length)
        {
            yield return $"holds a constant '{UntrustedText.Printable(tensor.Name)}' whose {tensor.RawData.Length} bytes do not fit its shape";
        }
    }
}

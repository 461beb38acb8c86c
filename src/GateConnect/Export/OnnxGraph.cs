// A graph under construction: constants and nodes in the order in which they are added, which is topological, each under
// a name that is also the name of the value it gives. What the operators mean is ONNX's; which are added is OnnxNetwork's.
using System.Runtime.InteropServices;
using GateConnect.Export.Format;
using Google.Protobuf;
using static TorchSharp.torch;

namespace GateConnect.Export;

/// <summary>Collects nodes. Every method that adds one returns the name of its value.</summary>
internal sealed class OnnxGraph
{
    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    /// <summary>What was collected.</summary>
    internal GraphProto Proto { get; } = new() { Name = "gateconnect" };

    /// <summary>A value that the caller gives.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Of its elements.</param>
    /// <param name="batch">Images, or null where the caller chooses.</param>
    /// <param name="lengths">The other dimensions.</param>
    internal string Input(string name, TensorProto.Types.DataType type, int? batch, params int[] lengths)
    {
        Proto.Input.Add(Value(Taken(name), type, batch, lengths));
        return name;
    }

    /// <summary>Gives a value to the caller; floats.</summary>
    internal void Output(string value, int? batch, params int[] lengths) =>
        Proto.Output.Add(Value(value, TensorProto.Types.DataType.Float, batch, lengths));

    /// <summary>Constant floats: the tensor's values, rounded to float32.</summary>
    internal string Constant(string name, Tensor values, params long[] dims)
    {
        using var scope = NewDisposeScope();
        var floats = values.detach().to(ScalarType.Float32).contiguous();
        return Constant(name, TensorProto.Types.DataType.Float, floats.bytes, dims.Length == 0 ? floats.shape : dims);
    }

    /// <summary>Constant whole numbers, [values].</summary>
    internal string Constant(string name, params long[] values) =>
        Constant(name, TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes<long>(values), [values.Length]);

    /// <summary>A node of one output.</summary>
    internal string Node(string name, string operation, string[] inputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { Name = Taken(name), OpType = operation };
        node.Input.Add(inputs);
        node.Output.Add(name);
        node.Attribute.Add(attributes);
        Proto.Node.Add(node);
        return name;
    }

    internal static AttributeProto Attribute(string name, long value) =>
        new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    internal static AttributeProto Attribute(string name, float value) =>
        new() { Name = name, F = value, Type = AttributeProto.Types.AttributeType.Float };

    internal static AttributeProto Attribute(string name, params long[] values) =>
        new() { Name = name, Ints = { values }, Type = AttributeProto.Types.AttributeType.Ints };

    private string Constant(string name, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, long[] dims)
    {
        Proto.Initializer.Add(new TensorProto { Name = Taken(name), Dims = { dims }, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) });
        return name;
    }

    private string Taken(string name) =>
        names.Add(name) ? name : throw new InvalidOperationException($"two values of the graph are called {name}");

    private static ValueInfoProto Value(string name, TensorProto.Types.DataType type, int? batch, int[] lengths)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(batch is { } images
            ? new TensorShapeProto.Types.Dimension { DimValue = images }
            : new TensorShapeProto.Types.Dimension { DimParam = "N" });
        shape.Dim.Add(lengths.Select(length => new TensorShapeProto.Types.Dimension { DimValue = length }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }
}

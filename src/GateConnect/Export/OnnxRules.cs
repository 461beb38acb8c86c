// TODO
using GateConnect.Export.Format;
using GateConnect.Model;
namespace GateConnect.Export;
internal static class OnnxRules
{
    internal const long IrVersion = 8;
    internal const long OperatorSet = 17;
    internal static void Check(string path, ModelProto proto, ModelHeader header) { }
    internal static OnnxInput InputOf(ModelProto proto) => proto.Graph.Input[0].Name == "pixels" ? OnnxInput.Pixels : OnnxInput.Normalized;
    internal static int? BatchSizeOf(ModelProto proto) => proto.Graph.Input[0].Type.TensorType.Shape.Dim[0] is { HasDimValue: true } dim ? (int)dim.DimValue : null;
}

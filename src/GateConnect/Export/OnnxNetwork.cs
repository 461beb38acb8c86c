// A network as an ONNX graph: pixels, stem, modules, head; the modules are OnnxModule's. Shapes stand at line ends as in
// Model. What callers see are the names pixels or images, logits and probabilities.
using GateConnect.Export.Format;
using GateConnect.Model;
using static TorchSharp.torch;

namespace GateConnect.Export;

/// <summary>Adds a network to a graph.</summary>
internal sealed class OnnxNetwork
{
    private readonly OnnxGraph graph = new();
    private readonly OnnxOptions options;
    private readonly OnnxConvolution convolution;
    private readonly ModelHeader header;

    private OnnxNetwork(ModelHeader header, OnnxOptions options)
    {
        (this.header, this.options) = (header, options);
        convolution = new OnnxConvolution(graph, options.Norms);
    }

    /// <summary>The graph of a network.</summary>
    /// <param name="model">The network, without dead blocks, and what its file says; stays the caller's.</param>
    /// <param name="options">How it is written.</param>
    internal static GraphProto Graph(LoadedModel model, OnnxOptions options)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var network = new OnnxNetwork(model.Header, options);
        if (model.Network is BranchNetwork branches)
        {
            network.Add(branches);
        }
        else
        {
            network.Add((ResNeXt)model.Network);
        }
        return network.graph.Proto;
    }

    private void Add(BranchNetwork network)
    {
        var x = Stem(network.stem);                                                                     // [N, d, H, W]
        for (var index = 0; index < network.modules.Count; index++)
        {
            var blocks = header.Blueprint.Modules[index].Blocks;
            var readers = index + 1 < network.modules.Count
                ? new OnnxReaders(network.Gates.Of(index + 1), network.FanIn)
                : new OnnxReaders(ones(1, blocks), blocks);
            x = new OnnxModule(graph, convolution, header.Blueprint, index).Add(network.modules[index], x, readers); // [N, readers * d', H', W']
        }
        Head(network.head, x);
    }

    private void Add(ResNeXt network)
    {
        var x = Stem(network.stem);                                                                     // [N, d, H, W]
        for (var index = 0; index < network.modules.Count; index++)
        {
            x = new OnnxModule(graph, convolution, header.Blueprint, index).Add(network.modules[index], x); // [N, d', H', W']
        }
        Head(network.head, x);
    }

    private string Stem(Stem stem)
    {
        var plan = header.Blueprint.Stem;
        var x = convolution.Add("stem", Images(), new OnnxKernel(stem.weight, plan.Stride), OnnxNorm.Of(stem.norm)); // [N, d, H, W]
        x = graph.Node("stem.relu", "Relu", [x]);
        return !plan.MaxPool ? x : graph.Node(
            "stem.pool", "MaxPool", [x],
            OnnxGraph.Attribute("kernel_shape", 3, 3), OnnxGraph.Attribute("pads", 1, 1, 1, 1), OnnxGraph.Attribute("strides", 2, 2));
    }

    private string Images()
    {
        var (image, pixels) = (header.Blueprint.Image, header.Normalization);
        if (options.Input == OnnxInput.Normalized)
        {
            return graph.Input(OnnxRules.Images, TensorProto.Types.DataType.Float, options.BatchSize, image.Channels, image.Height, image.Width);
        }
        long[] perChannel = [image.Channels, 1, 1];
        var x = graph.Input(OnnxRules.Pixels, TensorProto.Types.DataType.Uint8, options.BatchSize, image.Height, image.Width, image.Channels);
        x = graph.Node("planes", "Transpose", [x], OnnxGraph.Attribute("perm", 0, 3, 1, 2));   // [N, H, W, c] -> [N, c, H, W]
        x = graph.Node("bytes", "Cast", [x], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Float));
        x = graph.Node("centred", "Sub", [x, graph.Constant("mean", tensor(pixels.Mean.Select(value => 255.0 * value).ToArray()), perChannel)]);
        return graph.Node(OnnxRules.Images, "Div", [x, graph.Constant("std", tensor(pixels.Std.Select(value => 255.0 * value).ToArray()), perChannel)]);
    }

    private void Head(Head head, string features)
    {
        var mean = graph.Node("head.pool", "GlobalAveragePool", [features]);                   // [N, d, 1, 1]
        var flat = graph.Node("head.features", "Flatten", [mean], OnnxGraph.Attribute("axis", 1)); // [N, d]
        var logits = graph.Node(
            OnnxRules.Logits, "Gemm", [flat, graph.Constant("head.weight", head.weight), graph.Constant("head.bias", head.bias)],
            OnnxGraph.Attribute("transB", 1));                                                  // [N, classes]
        graph.Output(logits, options.BatchSize, header.Blueprint.Classes);
        if (options.Output == OnnxOutput.Probabilities)
        {
            graph.Output(graph.Node("probabilities", "Softmax", [logits], OnnxGraph.Attribute("axis", 1)), options.BatchSize, header.Blueprint.Classes);
        }
    }
}

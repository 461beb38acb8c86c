// A module as nodes. With gates: y_k = S(x_k) + K F_k(x_k) for all branches at once, by convolutions in groups, then
// x_j = ReLU( sum_k (g_jk / K) y_k ) as one product of the readers x C gates with everything else: PAPER section 3 with
// 1/K drawn out, so that nothing is scaled in a pass of its own (docs/decisions/0018).
using GateConnect.Architecture;
using GateConnect.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Export;

/// <summary>Adds one module to a graph.</summary>
internal sealed class OnnxModule(OnnxGraph graph, OnnxConvolution convolution, NetworkBlueprint blueprint, int index)
{
    private readonly ModuleBlueprint plan = blueprint.Modules[index];
    private readonly string name = $"module{index}";

    internal static string Form = Environment.GetEnvironmentVariable("FORM") ?? "mix";

    /// <summary>A module with gates.</summary>
    /// <param name="bank">Its weights.</param>
    /// <param name="input">x, [N, B * d_in, H, W], B = 1 or C.</param>
    /// <param name="gates">Who reads its branches, [readers, C]; null for the head, which reads all.</param>
    /// <param name="fanIn">K of the readers with gates.</param>
    /// <returns>What the readers read, [N, readers * d, H', W'], or [N, d, H', W'].</returns>
    internal string Add(BlockBank bank, string input, Tensor? gates, int fanIn)
    {
        if (Form.StartsWith("branch")) return Branches(bank, input, gates, fanIn);
        var (blocks, channels) = (plan.Blocks, plan.OutputChannels);
        long readers = gates?.shape[0] ?? 1;
        var (height, width) = blueprint.OutputOf(index);
        double share = gates is null ? blocks : fanIn;
        using Scalar divisor = share; // held while libtorch reads it (docs/memory.md)
        var sources = index == 0 ? 1 : blocks;
        var thin = Thin(bank.trunk, input, sources);                                            // [N, C*w, H', W']
        if (Form == "dense")
        {
            var (w, b) = bank.expandNorm.FoldRunning(bank.expand); // [C,d,w], [C,d]
            var g = gates ?? ones(1, blocks);
            var weight = (g.unsqueeze(-1).unsqueeze(-1) * w.unsqueeze(0)).permute(0, 2, 1, 3).flatten(2).flatten(0, 1); // [R,C,d,w]->[R,d,C,w]
            var bias = g.matmul(b).flatten();
            var dense = graph.Node($"{name}.expand", "Conv", [thin, graph.Constant($"{name}.expand.weight", weight.unsqueeze(-1).unsqueeze(-1)), graph.Constant($"{name}.expand.bias", bias)]);
            var id = bank.shortcut is null ? input : Projection(bank.shortcut, input, sources);
            if (sources > 1)
            {
                var s3 = graph.Node($"{name}.id.branches", "Reshape", [id, graph.Constant($"{name}.id.shape", 0, sources, -1)]);
                var m3 = graph.Node($"{name}.id.mixed", "MatMul", [graph.Constant($"{name}.gates", g.div(divisor)), s3]);
                id = graph.Node($"{name}.id.back", "Reshape", [m3, graph.Constant($"{name}.id.back.shape", 0, readers * channels, height, width)]);
                return graph.Node($"{name}.relu", "Relu", [graph.Node($"{name}.sum", "Add", [dense, id])]);
            }
            var f4 = graph.Node($"{name}.f4", "Reshape", [dense, graph.Constant($"{name}.f4.shape", 0, readers, channels, (long)height * width)]);
            var i4 = graph.Node($"{name}.i4", "Reshape", [id, graph.Constant($"{name}.i4.shape", 0, 1, channels, (long)height * width)]);
            var sum = graph.Node($"{name}.sum", "Add", [f4, i4]);
            var r4 = graph.Node($"{name}.back", "Reshape", [sum, graph.Constant($"{name}.back.shape", 0, readers * channels, height, width)]);
            return graph.Node($"{name}.relu", "Relu", [r4]);
        }
        var kernel = new OnnxKernel(bank.expand.flatten(0, 1).unsqueeze(-1).unsqueeze(-1), Groups: blocks);
        var residual = convolution.Add($"{name}.expand", thin, kernel, OnnxNorm.Of(bank.expandNorm, share)); // [N, C*d, H', W']
        var shortcut = bank.shortcut is null ? input : Projection(bank.shortcut, input, sources); // [N, B*d, H', W']
        string y;
        if (sources > 1)
        {
            y = graph.Node($"{name}.outputs", "Add", [residual, shortcut]);
            y = graph.Node($"{name}.branches", "Reshape", [y, graph.Constant($"{name}.branches.shape", 0, blocks, -1)]);  // [N, C, d*H'*W']
        }
        else
        {
            var f = graph.Node($"{name}.residuals", "Reshape", [residual, graph.Constant($"{name}.residuals.shape", 0, blocks, -1)]); // [N, C, d*H'*W']
            var s = graph.Node($"{name}.shortcut.shared", "Reshape", [shortcut, graph.Constant($"{name}.shortcut.shape", 0, 1, -1)]); // [N, 1, d*H'*W']
            y = graph.Node($"{name}.branches", "Add", [f, s]);
        }
        var shares = (gates ?? ones(1, blocks)).div(divisor);
        y = graph.Node($"{name}.mixed", "MatMul", [graph.Constant($"{name}.gates", shares), y]);   // [N, readers, d*H'*W']
        y = graph.Node($"{name}.relu", "Relu", [y]);
        return graph.Node($"{name}.inputs", "Reshape", [y, graph.Constant($"{name}.inputs.shape", 0, readers * channels, height, width)]);
    }

    private string Branches(BlockBank bank, string input, Tensor? gates, int fanIn)
    {
        var inputs = input.Split(';');
        var (blocks, w) = (plan.Blocks, plan.BottleneckWidth);
        double share = gates is null ? blocks : fanIn;
        var (s1, b1) = bank.trunk.reduceNorm.FoldRunning();
        var (s2, b2) = bank.trunk.convolveNorm.FoldRunning();
        var (w3, b3) = bank.expandNorm.FoldRunning(bank.expand);
        string Conv(string n, string x, Tensor weight, Tensor bias, int stride)
        {
            long side = weight.shape[2], pad = side / 2;
            return graph.Node(n, "Conv", [x, graph.Constant(n + ".weight", weight), graph.Constant(n + ".bias", bias)],
                OnnxGraph.Attribute("pads", pad, pad, pad, pad), OnnxGraph.Attribute("strides", stride, stride));
        }
        var identities = new string[inputs.Length];
        for (var k = 0; k < inputs.Length; k++)
        {
            if (bank.shortcut is null) { identities[k] = graph.Node($"{name}.id{k}", "Mul", [inputs[k], graph.Constant($"{name}.share{k}", tensor(1 / share))]); }
            else { var (s, b) = bank.shortcut.norm.FoldRunning(); using Scalar sh = 1 / share; identities[k] = Conv($"{name}.id{k}", inputs[k], bank.shortcut.weight.mul(s.view(-1, 1, 1, 1)).mul(sh), b.mul(sh), plan.Stride); }
        }
        var ys = new string[blocks];
        for (var k = 0; k < blocks; k++)
        {
            var x = inputs.Length == 1 ? inputs[0] : inputs[k];
            var t = Conv($"{name}.r{k}", x, bank.trunk.reduce[k].mul(s1.view(blocks, w, 1)[k]).unsqueeze(-1).unsqueeze(-1), b1.view(blocks, w)[k], 1);
            t = graph.Node($"{name}.r{k}.relu", "Relu", [t]);
            t = Conv($"{name}.c{k}", t, bank.trunk.convolve.narrow(0, k * w, w).mul(s2.view(-1, 1, 1, 1).narrow(0, k * w, w)), b2.view(blocks, w)[k], plan.Stride);
            t = graph.Node($"{name}.c{k}.relu", "Relu", [t]);
            t = Conv($"{name}.e{k}", t, w3[k].unsqueeze(-1).unsqueeze(-1), b3[k], 1);
            ys[k] = graph.Node($"{name}.y{k}", "Add", [t, inputs.Length == 1 ? identities[0] : identities[k]]);
        }
        var g = (gates ?? ones(1, blocks));
        var outs = new List<string>();
        for (var j = 0; j < g.shape[0]; j++)
        {
            var row = g[j].data<float>().ToArray();
            var read = Enumerable.Range(0, blocks).Where(k => row[k] > 0).Select(k => ys[k]).ToArray();
            var sum = read.Length == 1 ? read[0] : graph.Node($"{name}.s{j}", "Sum", read);
            outs.Add(graph.Node($"{name}.x{j}", "Relu", [sum]));
        }
        return string.Join(';', outs);
    }

    /// <summary>A module of ResNeXt: all blocks read one tensor, and one norm stands after their sum.</summary>
    /// <param name="module">Its weights.</param>
    /// <param name="input">[N, d_in, H, W].</param>
    /// <returns>[N, d, H', W'].</returns>
    internal string Add(ResNeXtModule module, string input)
    {
        var thin = Thin(module.trunk, input, 1);                                                // [N, C*w, H', W']
        var kernel = new OnnxKernel(module.expand.permute(1, 0, 2).flatten(1, 2).unsqueeze(-1).unsqueeze(-1));
        var residual = convolution.Add($"{name}.expand", thin, kernel, OnnxNorm.Of(module.expandNorm)); // [N, d, H', W']
        var shortcut = module.shortcut is null ? input : Projection(module.shortcut, input, 1);
        return graph.Node($"{name}.relu", "Relu", [graph.Node($"{name}.outputs", "Add", [residual, shortcut])]);
    }

    private string Thin(BottleneckTrunk trunk, string input, int sources)
    {
        if (Form == "densetrunk" && sources > 1)
        {
            var (s1, b1) = trunk.reduceNorm.FoldRunning();
            var (s2, b2) = trunk.convolveNorm.FoldRunning();
            long C = plan.Blocks, w = plan.BottleneckWidth, d = plan.InputChannels;
            var r = zeros(C * w, C * d); var c = zeros(C * w, C * w, 3, 3);
            for (var k = 0; k < C; k++)
            {
                r.narrow(0, k * w, w).narrow(1, k * d, d).copy_(trunk.reduce[k].mul(s1.view(C, w, 1)[k]));
                c.narrow(0, k * w, w).narrow(1, k * w, w).copy_(trunk.convolve.narrow(0, k * w, w).mul(s2.view(-1, 1, 1, 1).narrow(0, k * w, w)));
            }
            var q = graph.Node($"{name}.reduce", "Conv", [input, graph.Constant($"{name}.reduce.w", r.unsqueeze(-1).unsqueeze(-1)), graph.Constant($"{name}.reduce.b", b1)]);
            q = graph.Node($"{name}.reduce.relu", "Relu", [q]);
            q = graph.Node($"{name}.convolve", "Conv", [q, graph.Constant($"{name}.convolve.w", c), graph.Constant($"{name}.convolve.b", b2)],
                OnnxGraph.Attribute("pads", 1, 1, 1, 1), OnnxGraph.Attribute("strides", plan.Stride, plan.Stride));
            return graph.Node($"{name}.convolve.relu", "Relu", [q]);
        }
        var reduce = new OnnxKernel(trunk.reduce.flatten(0, 1).unsqueeze(-1).unsqueeze(-1), Groups: sources);
        var x = convolution.Add($"{name}.reduce", input, reduce, OnnxNorm.Of(trunk.reduceNorm)); // [N, C*w, H, W]
        x = graph.Node($"{name}.reduce.relu", "Relu", [x]);
        var convolve = new OnnxKernel(trunk.convolve, plan.Stride, plan.Blocks);
        x = convolution.Add($"{name}.convolve", x, convolve, OnnxNorm.Of(trunk.convolveNorm));   // [N, C*w, H', W']
        return graph.Node($"{name}.convolve.relu", "Relu", [x]);
    }

    // One projection for all branches: as images of their own, their number is whatever the batch makes it.
    private string Projection(Shortcut shortcut, string input, int sources)
    {
        var kernel = new OnnxKernel(shortcut.weight, plan.Stride);
        if (sources == 1)
        {
            return convolution.Add($"{name}.shortcut", input, kernel, OnnxNorm.Of(shortcut.norm)); // [N, d, H', W']
        }
        var (rows, columns) = index == 0 ? blueprint.StemOutput : blueprint.OutputOf(index - 1);
        var (height, width) = blueprint.OutputOf(index);
        var apart = graph.Node(
            $"{name}.shortcut.images", "Reshape",
            [input, graph.Constant($"{name}.shortcut.images.shape", -1, plan.InputChannels, rows, columns)]); // [N*C, d_in, H, W]
        var projected = convolution.Add($"{name}.shortcut", apart, kernel, OnnxNorm.Of(shortcut.norm));        // [N*C, d, H', W']
        return graph.Node(
            $"{name}.shortcut.branches", "Reshape",
            [projected, graph.Constant($"{name}.shortcut.branches.shape", -1, (long)sources * plan.OutputChannels, height, width)]);
    }
}

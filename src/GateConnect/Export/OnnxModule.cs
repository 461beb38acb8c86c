// A module as nodes. With gates: y_k = S(x_k) + K F_k(x_k) for all branches at once, by convolutions in groups, then
// x_j = ReLU( sum_k (g_jk / K) y_k ) as one product of the gates with everything else: PAPER section 3 with 1/K drawn out,
// so that nothing is scaled in a pass of its own (docs/decisions/0018). Branches lie beside each other as channels.
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

    /// <summary>A module with gates.</summary>
    /// <param name="bank">Its weights.</param>
    /// <param name="input">x, [N, B * d_in, H, W]; B is 1 in the first module, which reads the stem, else C.</param>
    /// <param name="readers">Who reads its branches.</param>
    /// <returns>What the readers read, [N, readers * d, H', W'].</returns>
    internal string Add(BlockBank bank, string input, OnnxReaders readers)
    {
        var branches = index == 0 ? 1 : plan.Blocks;
        var kernel = new OnnxKernel(bank.expand.flatten(0, 1).unsqueeze(-1).unsqueeze(-1), Groups: plan.Blocks);
        var thin = Thin(bank.trunk, input, branches);
        var residuals = convolution.Add($"{name}.expand", thin, kernel, OnnxNorm.Of(bank.expandNorm, readers.FanIn));         // [N, C*d, H', W']
        var shortcuts = bank.shortcut is null ? input : Projection(bank.shortcut, input, branches);                           // [N, B*d, H', W']
        return Mix(Outputs(residuals, shortcuts, branches), readers);
    }

    /// <summary>A module of ResNeXt: all blocks read one tensor, and one norm stands after their sum.</summary>
    /// <param name="module">Its weights.</param>
    /// <param name="input">[N, d_in, H, W].</param>
    /// <returns>[N, d, H', W'].</returns>
    internal string Add(ResNeXtModule module, string input)
    {
        var kernel = new OnnxKernel(module.expand.permute(1, 0, 2).flatten(1, 2).unsqueeze(-1).unsqueeze(-1));            // [d, C*w, 1, 1]
        var residual = convolution.Add($"{name}.expand", Thin(module.trunk, input, branches: 1), kernel, OnnxNorm.Of(module.expandNorm)); // [N, d, H', W']
        var shortcut = module.shortcut is null ? input : Projection(module.shortcut, input, branches: 1);
        return graph.Node($"{name}.inputs", "Relu", [graph.Node($"{name}.outputs", "Add", [residual, shortcut])]);
    }

    private string Thin(BottleneckTrunk trunk, string input, int branches)
    {
        var reduce = new OnnxKernel(trunk.reduce.flatten(0, 1).unsqueeze(-1).unsqueeze(-1), Groups: branches);
        var x = convolution.Add($"{name}.reduce", input, reduce, OnnxNorm.Of(trunk.reduceNorm));                          // [N, C*w, H, W]
        x = graph.Node($"{name}.reduce.relu", "Relu", [x]);
        var convolve = new OnnxKernel(trunk.convolve, plan.Stride, plan.Blocks);
        x = convolution.Add($"{name}.convolve", x, convolve, OnnxNorm.Of(trunk.convolveNorm));                            // [N, C*w, H', W']
        return graph.Node($"{name}.convolve.relu", "Relu", [x]);
    }

    // y, [N, C, d*H'*W'].
    private string Outputs(string residuals, string shortcuts, int branches)
    {
        if (branches == plan.Blocks)
        {
            return Reshape($"{name}.outputs", graph.Node($"{name}.sums", "Add", [residuals, shortcuts]), 0, plan.Blocks, -1);
        }
        var apart = Reshape($"{name}.residuals", residuals, 0, plan.Blocks, -1);
        return graph.Node($"{name}.outputs", "Add", [apart, Reshape($"{name}.shortcuts", shortcuts, 0, 1, -1)]);
    }

    private string Mix(string outputs, OnnxReaders readers)
    {
        using Scalar fanIn = readers.FanIn; // held while libtorch reads it (docs/memory.md)
        var (height, width) = blueprint.OutputOf(index);
        var mixed = graph.Node($"{name}.mixed", "MatMul", [graph.Constant($"{name}.gates", readers.Gates.div(fanIn)), outputs]); // [N, readers, d*H'*W']
        return Reshape(
            $"{name}.inputs", graph.Node($"{name}.relu", "Relu", [mixed]), 0, readers.Gates.shape[0] * plan.OutputChannels, height, width);
    }

    // One projection for all branches, which go through it as images of their own.
    private string Projection(Shortcut shortcut, string input, int branches)
    {
        var kernel = new OnnxKernel(shortcut.weight, plan.Stride);
        if (branches == 1)
        {
            return convolution.Add($"{name}.shortcut", input, kernel, OnnxNorm.Of(shortcut.norm));                        // [N, d, H', W']
        }
        var (rows, columns) = blueprint.OutputOf(index - 1);
        var (height, width) = blueprint.OutputOf(index);
        var apart = Reshape($"{name}.shortcut.apart", input, -1, plan.InputChannels, rows, columns);                      // [N*C, d_in, H, W]
        var projected = convolution.Add($"{name}.shortcut", apart, kernel, OnnxNorm.Of(shortcut.norm));                   // [N*C, d, H', W']
        return Reshape($"{name}.shortcut.beside", projected, -1, (long)branches * plan.OutputChannels, height, width);    // [N, C*d, H', W']
    }

    private string Reshape(string node, string value, params long[] shape) =>
        graph.Node(node, "Reshape", [value, graph.Constant($"{node}.shape", shape)]);
}

/// <summary>Who reads the branches of a module.</summary>
/// <param name="Gates">[readers, C], 0 or 1; the head is one reader of all.</param>
/// <param name="FanIn">K, how many a reader reads.</param>
internal sealed record OnnxReaders(Tensor Gates, int FanIn);

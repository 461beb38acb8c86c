// Recomputation in plain torch operations, on any device: a segment of modules (RecomputationPlan) is one node of torch's graph,
// which keeps what the segment read. Backward runs the segment again without a graph, then one module at a time with one.
// FusedPass does the same by kernels, from thin tensors that it keeps.
using GateConnect.Architecture;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>One segment in one training step.</summary>
internal sealed class RecomputedPass : IPass
{
    private readonly IReadOnlyList<nn.Module> modules;
    private readonly Func<int, Tensor, Tensor> module;
    private readonly ModuleSegment segment;
    private Tensor? input;

    private RecomputedPass(IReadOnlyList<nn.Module> modules, Func<int, Tensor, Tensor> module, ModuleSegment segment) =>
        (this.modules, this.module, this.segment) = (modules, module, segment);

    /// <summary>All modules, one after another.</summary>
    /// <param name="plan">The segments; null to keep everything.</param>
    /// <param name="modules">Whose running statistics move, once a step.</param>
    /// <param name="x">What the first module reads.</param>
    /// <param name="module">From the index of a module and what it reads to what the next one reads.</param>
    /// <returns>What the head reads; belongs to the caller's scope.</returns>
    internal static Tensor Apply<T>(RecomputationPlan? plan, ModuleList<T> modules, Tensor x, Func<int, Tensor, Tensor> module)
        where T : nn.Module
    {
        return plan is null || !is_grad_enabled()
            ? Run(x, new ModuleSegment(0, modules.Count - 1), module)
            : plan.Segments.Aggregate(x, (read, segment) => PassNode.Apply(read, new RecomputedPass([.. modules], module, segment)));
    }

    private static Tensor Run(Tensor x, ModuleSegment segment, Func<int, Tensor, Tensor> module)
    {
        for (var index = segment.First; index <= segment.Last; index++)
        {
            var next = module(index, x);
            if (index > segment.First)
            {
                x.Dispose(); // where torch's graph needs it, the graph holds it
            }
            x = next;
        }
        return x;
    }

    /// <inheritdoc/>
    public Tensor Forward(Tensor x)
    {
        input = x.detach().MoveToOuterDisposeScope();
        return Run(x, segment, module);
    }

    /// <inheritdoc/>
    public Tensor Backward(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var statistics = new RunningStatistics(modules.Skip(segment.First).Take(segment.Last - segment.First + 1));
        var inputs = Inputs();
        using var recorded = enable_grad();
        for (var index = segment.Last; index >= segment.First; index--)
        {
            using var step = NewDisposeScope();
            var leaf = inputs[index - segment.First].detach().requires_grad_(true);
            autograd.backward([module(index, leaf)], [gradient]);
            gradient = leaf.grad!.MoveToOuterDisposeScope();
            inputs[index - segment.First].Dispose();
        }
        statistics.Restore();
        return gradient.MoveToOuterDisposeScope();
    }

    // What each module of the segment reads.
    private List<Tensor> Inputs()
    {
        using var frozen = no_grad();
        List<Tensor> inputs = [input!];
        for (var index = segment.First; index < segment.Last; index++)
        {
            inputs.Add(module(index, inputs[^1]));
        }
        return inputs;
    }
}

// All modules on the fast path, as one node of torch's graph: from the stem's output to the head's input and back.
using GateConnect.Architecture;
using GateConnect.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>One forward pass through the modules, and what its backward pass needs.</summary>
internal sealed class FusedPass : IPass
{
    private readonly List<FusedModule> modules = [];
    private readonly bool differentiable;
    private readonly RecomputationPlan? recomputation;
    private Tensor? stemLeaf;

    private FusedPass(BranchNetwork network, bool differentiable)
    {
        this.differentiable = differentiable;
        (Workers, Kernels, recomputation) = (get_num_threads(), network.Options.Width, network.Recomputation);
        for (var index = 0; index < network.modules.Count; index++)
        {
            var bank = network.modules[index];
            var gates = index + 1 < network.modules.Count ? network.Gates.Of(index + 1) : Keep(ones(1, bank.expand.shape[0]));
            modules.Add(new FusedModule(bank, gates, this));
        }
        foreach (var (module, next) in modules.Zip(modules.Skip(1)))
        {
            module.Next = next;
        }
    }

    // With w = 32 the kernels are as fast as plain torch operations, with w = 64 slower by a third (two threads, Zen 3, batch 8 and
    // 4): a branch's weights then fill the caches, and the library's own 3x3 is good.
    private const int WidestBottleneck = 32;

    /// <summary>Whether this machine and these options have a fast path, and it is one for a network of this size.</summary>
    internal static bool Supports(NetworkOptions options, NetworkSize size) =>
        size.BottleneckWidth <= WidestBottleneck && options is { Kernels: KernelPath.Fast, Precision: ScalarType.Float32, Device.type: DeviceType.CPU }
        && (BlockKernels.Best.Lanes > 1 || options.Width != BlockKernels.Best);

    /// <summary>Threads of every kernel: those of libtorch.</summary>
    internal int Workers { get; }

    /// <summary>Those of the network's options.</summary>
    internal BlockKernels Kernels { get; }

    /// <summary>What the head reads.</summary>
    /// <param name="network">The network; its mode and gates as they are.</param>
    /// <param name="stem">[N, d, H, W].</param>
    /// <returns>[N, d', H', W'].</returns>
    internal static Tensor Apply(BranchNetwork network, Tensor stem)
    {
        var differentiable = is_grad_enabled();
        var pass = new FusedPass(network, differentiable);
        return differentiable ? PassNode.Apply(stem, pass) : pass.Forward(stem);
    }

    /// <summary>Hands a tensor to whoever called the network: backward comes after forward's own scope has ended.</summary>
    internal Tensor Keep(Tensor tensor) => differentiable ? tensor.MoveToOuterDisposeScope() : tensor;

    /// <summary>The same, and from here on torch computes a gradient for it.</summary>
    internal Tensor KeepLeaf(Tensor tensor) => Keep(tensor).requires_grad_(differentiable);

    /// <summary>Adds to a parameter's gradient.</summary>
    internal static void AddGradient(Tensor parameter, Tensor gradient)
    {
        if (!parameter.requires_grad)
        {
            return;
        }
        if (parameter.grad is { } before)
        {
            using Scalar one = 1.0; // held while libtorch reads it (docs/memory.md)
            before.add_(gradient, alpha: one);
        }
        else
        {
            parameter.grad = gradient;
        }
    }

    /// <inheritdoc/>
    public Tensor Forward(Tensor stem)
    {
        using var mode = set_grad_enabled(differentiable);
        stemLeaf = KeepLeaf(stem.detach());
        var x = modules[0].Forward(stemLeaf);
        for (var index = 1; index < modules.Count; index++)
        {
            x = modules[index].Forward();
            GiveBack(index);
        }
        using var plain = no_grad();
        return x.Unpack(Workers);
    }

    // What module index has read and nobody reads until backward, which makes it again.
    private void GiveBack(int index)
    {
        if (!differentiable)
        {
            modules[index].ForgetThin();
        }
        if (!differentiable || recomputation is not null)
        {
            modules[index].ForgetProjected();
        }
        if (!differentiable || recomputation?.Keeps(index - 1) == false)
        {
            modules[index - 1].ForgetOutput();
        }
    }

    /// <inheritdoc/>
    public Tensor Backward(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var dx = InputGradient.Of(WideTensor.Pack(gradient, Workers));
        foreach (var segment in recomputation?.Segments.Reverse() ?? [new ModuleSegment(0, modules.Count - 1)])
        {
            for (var index = segment.First; index <= segment.Last && recomputation is not null; index++)
            {
                modules[index].Remake(index == 0 ? null : modules[index - 1], hasOutput: index == segment.Last);
            }
            for (var index = segment.Last; index >= segment.First; index--)
            {
                dx = modules[index].Backward(dx)!;
            }
        }
        return stemLeaf!.grad!.MoveToOuterDisposeScope();
    }
}

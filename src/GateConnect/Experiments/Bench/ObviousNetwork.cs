// Learned connectivity as one writes it first: a module object per branch, a tensor per branch, the gated sum as a
// loop over j and k. It computes what BranchNetwork computes (one affine per branch) and is what `bench` calls
// `obvious`: straightforward, with early release of temporaries, but with no thought given to passes over memory.
using GateConnect.Architecture;
using GateConnect.Model;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Experiments.Bench;

/// <summary>The rival. Owns its weights and gates: dispose it.</summary>
internal sealed class ObviousNetwork : nn.Module<Tensor, Tensor>
{
    internal readonly Conv2d stem;
    internal readonly BatchNorm2d stemNorm;
    internal new readonly ModuleList<ObviousModule> modules = new();
    internal readonly Linear head;
    private readonly bool maxPool;

    internal ObviousNetwork(NetworkBlueprint blueprint, Connectivity connectivity)
        : base(nameof(ObviousNetwork))
    {
        var plan = blueprint.Stem;
        stem = nn.Conv2d(
            blueprint.Image.Channels, plan.Channels, kernel_size: (long)plan.Kernel, stride: plan.Stride, padding: plan.Kernel / 2, bias: false);
        stemNorm = nn.BatchNorm2d(plan.Channels);
        maxPool = plan.MaxPool;
        for (var index = 0; index < blueprint.Modules.Count; index++)
        {
            var module = blueprint.Modules[index];
            modules.append(new ObviousModule(module, index + 1 < blueprint.Modules.Count ? connectivity.Modules[index].FanIn : module.Blocks));
        }
        head = nn.Linear(blueprint.HeadChannels, blueprint.Classes);
        Gates = new ConnectionGates(blueprint, ScalarType.Float32, CPU);
        Gates.Fix(connectivity);
        RegisterComponents();
    }

    /// <summary>The gates, owned by the network; the same object that the estimators set and read in ours.</summary>
    internal ConnectionGates Gates { get; }

    /// <param name="input">[N, image channels, H, W].</param>
    /// <returns>Logits, [N, classes].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var y = modules[0].call([Stem(input)]);                             // C x [N, d, H, W]
        for (var index = 1; index < modules.Count; index++)
        {
            y = modules[index].call(Aggregate(y, Gates.Of(index)));
        }
        var features = nn.functional.relu(y.Aggregate((sum, one) => sum + one)).mean([2, 3]); // [N, d]
        return head.call(features).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Gates.Dispose();
        }
        base.Dispose(disposing);
    }

    private Tensor Stem(Tensor images)
    {
        var features = nn.functional.relu(stemNorm.call(stem.call(images)), inplace: true);
        return maxPool ? nn.functional.max_pool2d(features, kernel_size: 3, stride: 2, padding: 1) : features;
    }

    // x_j = ReLU( sum_k g_jk y_k ); autograd gives every dL/dg_jk.
    private static Tensor[] Aggregate(Tensor[] outputs, Tensor gates)
    {
        using var scope = NewDisposeScope();
        var inputs = new Tensor[gates.shape[0]];
        for (var reader = 0; reader < inputs.Length; reader++)
        {
            var sum = gates[reader, 0] * outputs[0];
            for (var source = 1; source < outputs.Length; source++)
            {
                using var before = sum;
                using var term = gates[reader, source] * outputs[source];
                sum = before + term;
            }
            inputs[reader] = nn.functional.relu(sum, inplace: true).MoveToOuterDisposeScope();
        }
        return inputs;
    }
}

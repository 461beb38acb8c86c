// The rows of the training table: who competes, and under which allocator. A plain ResNeXt takes the faster layout. The
// obvious network has channels last only: plane by plane, oneDNN as libtorch 2.10 brings it gives wrong gradients, often
// NaN, for dense 3x3 convolutions with fewer than 16 channels (seen on AVX-512), and those are what its branches are.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;

namespace GateConnect.Experiments.Bench;

/// <summary>One way to train a network of this size.</summary>
/// <param name="Name">The row's name in tables and JSON.</param>
/// <param name="Form">What the cost model counts.</param>
/// <param name="Layouts">The layouts to choose from; the faster one is timed.</param>
/// <param name="Create">Makes the network.</param>
internal sealed record TrainingVariant(
    string Name, NetworkForm Form, IReadOnlyList<TensorLayout> Layouts, Func<NetworkBlueprint, int, Trainee> Create)
{
    private const int ProbeBatch = 32;

    private static readonly TensorLayout[] OwnLayout = [TensorLayout.Planes];
    private static readonly TensorLayout[] AnyLayout = [TensorLayout.Planes, TensorLayout.ChannelsLast];

    /// <summary>The obvious way, in a process that leaves glibc's allocator alone.</summary>
    internal static TrainingVariant Obvious { get; } = new("obvious", NetworkForm.Branches, [TensorLayout.ChannelsLast], ObviousTrainee);

    /// <summary>All of them, in the table's order.</summary>
    internal static IReadOnlyList<TrainingVariant> All { get; } =
    [
        Obvious,
        Obvious with { Name = "obvious-kept" },
        new("resnext", NetworkForm.ResNeXt, AnyLayout, (blueprint, _) =>
            new Trainee(ResNeXt.Create(blueprint, new Seeds(1), KernelChoice.Reference), null, IsOurs: false)),
        new("reference", NetworkForm.Branches, OwnLayout, (blueprint, fanIn) => OurTrainee(blueprint, fanIn, KernelChoice.Reference)),
        new("fast", NetworkForm.Branches, OwnLayout, (blueprint, fanIn) => OurTrainee(blueprint, fanIn, KernelChoice.Fast)),
    ];

    /// <summary>What GATECONNECT_ALLOCATOR is for this variant's own process.</summary>
    internal string Allocator => this == Obvious ? "stock" : "kept";

    /// <summary>The variant of this name.</summary>
    internal static TrainingVariant Named(string name) => All.Single(variant => variant.Name == name);

    /// <summary>A step with images laid out in one way.</summary>
    internal TrainingStep Start(BenchOptions options, TensorLayout layout)
    {
        var blueprint = options.Blueprint();
        return new TrainingStep(
            Create(blueprint, options.UsedFanIn), blueprint, options.UsedFanIn, new RandomBatch(blueprint, options.BatchSize, layout), layout);
    }

    /// <summary>A step in the layout that is faster here, tried on a small batch.</summary>
    internal TrainingStep StartInBestLayout(BenchOptions options)
    {
        var small = options with { BatchSize = Math.Min(ProbeBatch, options.BatchSize) };
        return Start(options, Layouts.Count == 1 ? Layouts[0] : Layouts.MinBy(layout => ProbeSeconds(small, layout)));
    }

    private double ProbeSeconds(BenchOptions options, TensorLayout layout)
    {
        using var step = Start(options, layout);
        step.Seconds(1);
        return Math.Min(step.Seconds(1), step.Seconds(1));
    }

    private static Trainee ObviousTrainee(NetworkBlueprint blueprint, int fanIn)
    {
        var network = new ObviousNetwork(blueprint, Wiring(blueprint, fanIn));
        return new Trainee(network, network.Gates, IsOurs: false);
    }

    private static Trainee OurTrainee(NetworkBlueprint blueprint, int fanIn, NetworkOptions options)
    {
        var network = BranchNetwork.Create(blueprint, Wiring(blueprint, fanIn), new Seeds(1), options);
        return new Trainee(network, network.Gates, IsOurs: true);
    }

    private static Connectivity Wiring(NetworkBlueprint blueprint, int fanIn) =>
        Connectivity.Random(blueprint, fanIn, new Seeds(1).Generator(Seeds.Gates));
}

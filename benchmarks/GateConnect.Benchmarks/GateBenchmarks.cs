// What learning gates costs beside the tensors, once a step: draws of the rule `paper`, gates of the rule `relaxed`.
using BenchmarkDotNet.Attributes;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Benchmarks;

public class GateSamplingBenchmarks
{
    private readonly SeededRandom random = new Seeds(1).Generator(Seeds.Gates);
    private float[] gates = [];

    [Params(8, 32, 64)]
    public int Cardinality { get; set; }

    [GlobalSetup]
    public void MakeGates() => gates = [.. Enumerable.Range(0, Cardinality).Select(_ => (float)random.NextDouble())];

    [Benchmark]
    public int[] Draw() => GateSampling.Draw(gates, Cardinality / 2, random);
}

public class RelaxedEstimatorBenchmarks
{
    private BranchNetwork network = null!;
    private RelaxedEstimator estimator = null!;

    [Params("20,4,8", "50,4,32")]
    public string Network { get; set; } = "";

    [GlobalSetup]
    public void MakeNetwork()
    {
        TorchRuntime.EnsureLoaded();
        var size = NetworkSize.Parse(Network);
        var blueprint = NetworkBlueprint.Create(size, new ImageShape(3, 32, 32), classes: 10);
        var wiring = Connectivity.Random(blueprint, size.Cardinality / 2, new Seeds(1).Generator(Seeds.Gates));
        network = BranchNetwork.Create(blueprint, wiring, new Seeds(1), NetworkOptions.Default);
        estimator = new RelaxedEstimator(blueprint, size.Cardinality / 2, new GateOptions());
    }

    [Benchmark]
    public void Prepare() => estimator.Prepare(new GateMoment(Step: 0, Progress: 0.5, LearningRate: 0.1), network.Gates);

    [GlobalCleanup]
    public void Release() => network.Dispose();
}

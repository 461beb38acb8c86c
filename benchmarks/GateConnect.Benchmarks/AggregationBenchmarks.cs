// The gated sum in plain torch operations, which a fused kernel has to beat: stage one of {20,4,8}, d = 64, 32x32.
using BenchmarkDotNet.Attributes;
using GateConnect.Model;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Benchmarks;

public class AggregationBenchmarks
{
    private Tensor outputs = null!;
    private Tensor gates = null!;
    private Tensor slope = null!;

    [Params(8)]
    public int Cardinality { get; set; }

    [Params(16, 128)]
    public int Images { get; set; }

    [Params(1)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void MakeTensors()
    {
        TorchRuntime.SetThreads(Threads);
        outputs = randn([Cardinality, Images, 64, 32, 32]).requires_grad_();
        gates = rand([Cardinality, Cardinality]).requires_grad_();
        slope = randn([Cardinality, Images, 64, 32, 32]);
    }

    [Benchmark(Baseline = true)]
    public void Forward()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        GatedAggregation.Apply(outputs, gates);
    }

    [Benchmark]
    public void ForwardAndBackward()
    {
        using var scope = NewDisposeScope();
        autograd.grad([GatedAggregation.Apply(outputs, gates)], [outputs, gates], [slope]);
    }

    [GlobalCleanup]
    public void Release() => Array.ForEach([outputs, gates, slope], tensor => tensor.Dispose());
}

// The collector frees what no managed code refers to, also while libtorch still reads it. Under a collector that never
// rests, a step that hands libtorch a number in passing fails within a few dozen steps (docs/memory.md).
using GateConnect.Architecture;
using GateConnect.Tests.Testing;
using GateConnect.Training;

namespace GateConnect.Tests.Training;

[Collection(nameof(Alone))]
public sealed class BusyCollectorTests
{
    [Theory]
    [InlineData(ConnectivityKind.Full, EstimatorKind.Relaxed)]
    [InlineData(ConnectivityKind.Learned, EstimatorKind.Relaxed)]
    [InlineData(ConnectivityKind.Learned, EstimatorKind.Paper)]
    public void Training_under_a_busy_collector_gives_the_same_bits(ConnectivityKind kind, EstimatorKind estimator)
    {
        var rule = new ConnectivityRule(kind, kind == ConnectivityKind.Learned ? 2 : null);
        var options = TinyRuns.Options with { Epochs = 12, EmaDecay = 0.9, Gates = new GateOptions { Estimator = estimator } };
        using var quiet = new TinyRuns().Run(rule, options).Network;
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            using var busy = new TinyRuns().Run(rule, options).Network;
            Assert.Equal(TinyRuns.Bits(quiet), TinyRuns.Bits(busy));
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }
}

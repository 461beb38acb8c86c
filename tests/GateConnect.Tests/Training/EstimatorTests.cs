// Law 2: the gradient that moves the real gates is that of the loss, drawn or not, checked by finite differences in
// double precision; and what the two rules do with it.
using CsCheck;
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Model;
using GateConnect.Tests.Testing;
using GateConnect.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Tests.Training;

[NoTensorLeak]
public sealed class EstimatorTests
{
    private const int FanIn = 2;
    private static readonly NetworkBlueprint Blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 2, 4));
    private static readonly GateMoment Middle = new(Step: 3, Progress: 0.3, LearningRate: 0.1);

    [Theory]
    [InlineData(EstimatorKind.Paper)]
    [InlineData(EstimatorKind.Relaxed)]
    public void The_gate_gradient_is_the_slope_of_the_loss_for_every_connection_open_or_closed(EstimatorKind kind)
    {
        using var network = Network(ScalarType.Float64);
        using var scope = NewDisposeScope();
        var estimator = Estimator(kind, new GateOptions());
        Scatter(estimator);
        estimator.Prepare(Middle, network.Gates);
        var images = RandomNetworks.Images(Blueprint, count: 6, seed: 2).to(ScalarType.Float64);
        Loss(network, images).backward();
        const double step = 1e-6;
        for (var module = 1; module <= network.Gates.Count; module++)
        {
            var gates = network.Gates.Of(module);
            var gradient = network.Gates.Gradient(module);
            for (var j = 0; j < 4; j++)
            {
                for (var k = 0; k < 4; k++)
                {
                    var slope = (Shifted(step) - Shifted(-step)) / (2 * step);
                    Assert.Equal(slope, gradient[j, k], 1e-4 * Math.Max(1, Math.Abs(slope)));

                    double Shifted(double shift)
                    {
                        using var frozen = no_grad();
                        using var entry = gates[j, k];
                        using Scalar there = shift, one = 1;
                        entry.add_(there, one);
                        var loss = Loss(network, images).item<double>();
                        entry.sub_(there);
                        return loss;
                    }
                }
            }
        }
    }

    [Fact]
    public void The_paper_rule_moves_real_gates_against_the_gradient_and_clips()
    {
        using var network = Network(ScalarType.Float32);
        using var scope = NewDisposeScope();
        var estimator = Estimator(EstimatorKind.Paper, new GateOptions { RateFactor = 3 });
        estimator.Prepare(Middle, network.Gates);
        Loss(network, RandomNetworks.Images(Blueprint, count: 6, seed: 3)).backward();
        estimator.Update(Middle, network.Gates);
        for (var module = 1; module <= network.Gates.Count; module++)
        {
            var gradient = network.Gates.Gradient(module);
            Assert.Contains(gradient.Cast<float>(), slope => slope != 0);
            Assert.All(
                gradient.Cast<float>().Zip(estimator.RealGates[module - 1].Cast<float>()),
                pair => Assert.Equal(Math.Clamp(0.5 - (0.1 * 3 * pair.First), 0, 1), pair.Second, 1e-6));
        }
        var wild = new GateMoment(4, 0.4, LearningRate: 1e5);
        estimator.Update(wild, network.Gates);
        Assert.All(estimator.RealGates.SelectMany(matrix => matrix.Cast<float>()), gate => Assert.InRange(gate, 0f, 1f));
        Assert.Contains(estimator.RealGates.SelectMany(matrix => matrix.Cast<float>()), gate => gate is 0f or 1f);
    }

    [Fact]
    public void The_paper_rule_opens_K_gates_per_block_by_seed_and_step_alone()
    {
        using var network = Network(ScalarType.Float32);
        var estimator = Estimator(EstimatorKind.Paper, new GateOptions());
        var first = Gates(estimator, step: 5);
        Assert.All(first, matrix => Assert.All(Rows(matrix), row => Assert.Equal(FanIn, row.Count(gate => gate == 1))));
        Assert.NotEqual(TinyRuns.Text(first), TinyRuns.Text(Gates(estimator, step: 6)));
        Assert.Equal(TinyRuns.Text(first), TinyRuns.Text(Gates(estimator, step: 5)));

        float[][,] Gates(IGateEstimator rule, long step)
        {
            rule.Prepare(new GateMoment(step, 0.1, 0.1), network.Gates);
            return [.. Enumerable.Range(1, network.Gates.Count).Select(module => Read(network, module))];
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public void Relaxed_gates_sum_to_K_keep_the_order_and_end_binary(double progress)
    {
        using var network = Network(ScalarType.Float32);
        var estimator = Estimator(EstimatorKind.Relaxed, new GateOptions { FinalTemperature = 1e-4 });
        Scatter(estimator);
        estimator.Prepare(new GateMoment(0, progress, 0.1), network.Gates);
        for (var module = 1; module <= network.Gates.Count; module++)
        {
            var gates = Read(network, module);
            var top = estimator.TopK().Modules[module - 1];
            foreach (var (row, reads) in Rows(gates).Zip(top.Reads))
            {
                Assert.Equal(FanIn, row.Sum(), 1e-5);
                Assert.Equal(reads.AsEnumerable(), GateSampling.TopK(row, FanIn));
                Assert.All(row, gate => Assert.True(progress < 1 || Math.Min(gate, 1 - gate) < 1e-3));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_relaxed_row_sums_to_K_for_any_scores_and_temperature(int fanIn) =>
        Check.Sample(
            Gen.Select(Gen.Float[-5f, 5f].Array[4], Gen.Double[0.001, 10]),
            (scores, temperature) =>
            {
                var gates = RelaxedEstimator.RelaxRow(scores, fanIn, temperature);
                Assert.Equal(fanIn, gates.Sum(), 1e-6);
                Assert.All(gates, gate => Assert.InRange(gate, 0, 1));
            });

    [Fact]
    public void The_relaxed_rule_moves_scores_by_the_centred_gradient_over_its_mean_square()
    {
        using var network = Network(ScalarType.Float32);
        using var scope = NewDisposeScope();
        var estimator = Estimator(EstimatorKind.Relaxed, new GateOptions { Step = 0.02 });
        estimator.Prepare(Middle, network.Gates);
        Loss(network, RandomNetworks.Images(Blueprint, count: 6, seed: 4)).backward();
        estimator.Update(Middle, network.Gates);
        for (var module = 1; module <= network.Gates.Count; module++)
        {
            var centred = Rows(network.Gates.Gradient(module)).SelectMany(row => row.Select(slope => slope - row.Average())).ToArray();
            var root = Math.Sqrt(centred.Average(slope => (double)slope * slope));
            Assert.All(
                centred.Zip(estimator.State[module - 1].Cast<float>()),
                pair => Assert.Equal(-0.02 * pair.First / root, pair.Second, 1e-5));
        }
    }

    [Fact]
    public void Averaged_gradients_move_the_scores_by_a_step_that_falls_to_nothing()
    {
        using var network = Network(ScalarType.Float32);
        using var scope = NewDisposeScope();
        var options = new GateOptions { Step = 0.02, StepSchedule = GateStepSchedule.Linear, Averaging = 0.75 };
        var estimator = Estimator(EstimatorKind.Relaxed, options);
        List<float[]> seen = [];
        foreach (var progress in new[] { 0.0, 0.5 })
        {
            var moment = new GateMoment(Step: 1, progress, LearningRate: 0.1);
            network.Gates.ZeroGradients();
            estimator.Prepare(moment, network.Gates);
            Loss(network, RandomNetworks.Images(Blueprint, count: 6, seed: 4 + (ulong)seen.Count)).backward();
            seen.Add([.. network.Gates.Gradient(1).Cast<float>()]);
            estimator.Update(moment, network.Gates);
        }
        float[] averaged = [.. seen[0].Zip(seen[1], (old, fresh) => (0.75f * 0.25f * old) + (0.25f * fresh))];
        var expected = Step(seen[0], 0.02).Zip(Step(averaged, 0.01), (one, other) => one + other);
        Assert.All(expected.Zip(estimator.State[0].Cast<float>()), pair => Assert.Equal(pair.First, pair.Second, 1e-5));

        static double[] Step(float[] gradient, double step)
        {
            var columns = (int)Math.Sqrt(gradient.Length);
            var centred = gradient.Chunk(columns).SelectMany(row => row.Select(slope => slope - (double)row.Average())).ToArray();
            var root = Math.Sqrt(centred.Average(slope => slope * slope));
            return [.. centred.Select(slope => -step * slope / root)];
        }
    }

    private static BranchNetwork Network(ScalarType precision)
    {
        var network = BranchNetwork.Create(
            Blueprint, Connectivity.Random(Blueprint, FanIn, new SeededRandom(1)), new Seeds(1), new NetworkOptions { Precision = precision });
        network.train();
        network.Gates.Learn();
        return network;
    }

    private static IGateEstimator Estimator(EstimatorKind kind, GateOptions options) => kind == EstimatorKind.Paper
        ? new PaperEstimator(Blueprint, FanIn, options, new Seeds(1))
        : new RelaxedEstimator(Blueprint, FanIn, options);

    // Real gates or scores as after some training, all different.
    private static void Scatter(IGateEstimator estimator)
    {
        var random = new SeededRandom(5);
        foreach (var matrix in estimator.State)
        {
            for (var j = 0; j < matrix.GetLength(0); j++)
            {
                for (var k = 0; k < matrix.GetLength(1); k++)
                {
                    matrix[j, k] = (float)random.NextDouble();
                }
            }
        }
    }

    private static Tensor Loss(BranchNetwork network, Tensor images) =>
        nn.functional.cross_entropy(network.call(images), tensor(new long[] { 0, 1, 2, 0, 1, 2 }));

    private static float[,] Read(BranchNetwork network, int module)
    {
        using var scope = NewDisposeScope();
        var result = new float[4, 4];
        Buffer.BlockCopy(network.Gates.Of(module).detach().data<float>().ToArray(), 0, result, 0, 16 * sizeof(float));
        return result;
    }

    private static IEnumerable<float[]> Rows(float[,] matrix) => matrix.Cast<float>().Chunk(matrix.GetLength(1));
}

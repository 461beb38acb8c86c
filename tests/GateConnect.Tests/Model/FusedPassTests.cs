// The fast path against the reference: the same logits, gradients of every parameter and gate, and running statistics.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Kernels;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Tests.Model;

[NoTensorLeak]
public sealed class FusedPassTests
{
    private const double Tolerance = 2e-3;

    /// <summary>Width, cardinality, fan-in, image side, batch: odd sizes, part-filled blocks, images that share one.</summary>
    public static TheoryData<int, int, int, int, int> Sizes => new()
    {
        { 4, 8, 4, 8, 4 },
        { 4, 8, 8, 16, 2 },
        { 2, 1, 1, 8, 3 },
        { 3, 5, 2, 11, 5 },
        { 5, 3, 1, 9, 2 },
        { 2, 9, 7, 10, 3 },
        { 8, 4, 2, 56, 1 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_step_under_fixed_gates_is_that_of_the_reference(int width, int cardinality, int fanIn, int side, int batch)
    {
        using var pair = new Pair(width, cardinality, fanIn, side, seed: 1);
        pair.AssertStepsAgree(batch);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_step_under_learned_gates_is_that_of_the_reference(int width, int cardinality, int fanIn, int side, int batch)
    {
        using var pair = new Pair(width, cardinality, fanIn, side, seed: 2);
        pair.LearnGates(closed: 0);
        pair.AssertStepsAgree(batch);
        pair.LearnGates(closed: 0.5);
        pair.AssertStepsAgree(batch);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void An_evaluation_is_that_of_the_reference(int width, int cardinality, int fanIn, int side, int batch)
    {
        using var pair = new Pair(width, cardinality, fanIn, side, seed: 3);
        pair.Fast.eval();
        pair.Reference.eval();
        using var scope = NewDisposeScope();
        var images = RandomNetworks.Images(pair.Fast.Blueprint, batch, seed: 4);
        AssertClose("logits", RandomNetworks.Logits(pair.Reference, images), RandomNetworks.Logits(pair.Fast, images));
        pair.AssertStepsAgree(batch); // in evaluation mode too, gradients flow
    }

    [Fact]
    public void Kernels_of_every_width_make_the_step_of_the_reference()
    {
        Assert.Contains(BlockKernels.All, kernels => kernels.Lanes == 1); // the plain ones run everywhere
        foreach (var kernels in BlockKernels.All)
        {
            foreach (var (width, cardinality, fanIn, side, batch) in new[] { (4, 8, 4, 8, 3), (3, 5, 2, 11, 2), (2, 1, 1, 8, 2) })
            {
                using var pair = new Pair(width, cardinality, fanIn, side, seed: 7, kernels);
                pair.AssertStepsAgree(batch);
                pair.LearnGates(closed: 0.4);
                pair.AssertStepsAgree(batch);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_step_of_a_pruned_network_is_that_of_the_reference(int width, int cardinality, int fanIn, int side, int batch)
    {
        using var whole = new Pair(width, cardinality, fanIn, side, seed: 8);
        using var pruned = whole.Pruned();
        pruned.AssertStepsAgree(batch);
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void Wide_bottlenecks_go_by_plain_operations(int width, bool fast) => Assert.Equal(
        fast,
        FusedPass.Supports(NetworkOptions.Default with { Width = BlockKernels.All[^1] }, new NetworkSize(20, width, 8))
            || (fast && BlockKernels.Best.Lanes == 1));

    [Fact]
    public void Fifty_steps_of_training_lose_the_same()
    {
        using var pair = new Pair(width: 4, cardinality: 8, fanIn: 4, side: 8, seed: 9);
        pair.LearnGates(closed: 0.2);
        (double Reference, double Fast)[] losses = [.. pair.Losses(pair.Reference, 50).Zip(pair.Losses(pair.Fast, 50))];
        Assert.All(losses.Take(20), loss => Assert.Equal(loss.Reference, loss.Fast, 1e-3));
        Assert.InRange(losses.Average(loss => Math.Abs(loss.Reference - loss.Fast)), 0, 1e-3); // later steps magnify the last digit
    }

    [Fact]
    public void Two_hundred_steps_leave_no_tensor_behind()
    {
        using var pair = new Pair(width: 2, cardinality: 4, fanIn: 2, side: 8, seed: 5);
        pair.LearnGates(closed: 0);
        using var images = RandomNetworks.Images(pair.Fast.Blueprint, 3, seed: 6);
        pair.Step(pair.Fast, images);
        var alive = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var step = 0; step < 200; step++)
        {
            pair.Step(pair.Fast, images);
        }
        Assert.Equal(alive, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static void AssertClose(string name, float[] expected, float[] actual)
    {
        var scale = expected.Max(Math.Abs) + 1e-3;
        var worst = expected.Zip(actual, (one, other) => Math.Abs(one - other) / scale).Max();
        Assert.True(worst < Tolerance, $"{name}: off by {worst:E2} of its largest value {scale:E2}");
    }

    private sealed class Pair : IDisposable
    {
        private readonly ulong seed;

        internal Pair(int width, int cardinality, int fanIn, int side, ulong seed, BlockKernels? kernels = null)
        {
            this.seed = seed;
            var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, width, cardinality), new ImageShape(3, side, side));
            var wiring = Connectivity.Random(blueprint, fanIn, new SeededRandom(seed));
            Fast = RandomNetworks.Branches(blueprint, wiring, seed, width: kernels);
            Reference = RandomNetworks.Branches(blueprint, wiring, seed, kernels: KernelPath.Reference);
            Fast.train();
            Reference.train();
        }

        private Pair(BranchNetwork fast, BranchNetwork reference, ulong seed) => (Fast, Reference, this.seed) = (fast, reference, seed);

        internal BranchNetwork Fast { get; }

        internal BranchNetwork Reference { get; }

        internal Pair Pruned()
        {
            var plan = PrunePlan.From(Fast.Blueprint, Fast.Wiring());
            return new Pair(Pruner.Apply(plan, Fast), Pruner.Apply(plan, Reference), seed);
        }

        internal void LearnGates(double closed)
        {
            var random = new SeededRandom(seed);
            for (var module = 1; module <= Fast.Gates.Count; module++)
            {
                var shape = Fast.Gates.Of(module).shape;
                var values = new float[shape[0], shape[1]];
                for (var index = 0; index < values.Length; index++)
                {
                    values[index / shape[1], index % shape[1]] = random.NextDouble() < closed ? 0f : (float)random.NextDouble();
                }
                Fast.Gates.Set(module, values);
                Reference.Gates.Set(module, values);
            }
            Fast.Gates.Learn();
            Reference.Gates.Learn();
        }

        internal float[] Step(BranchNetwork network, Tensor images)
        {
            using var scope = NewDisposeScope();
            foreach (var (_, parameter) in network.named_parameters())
            {
                parameter.grad?.zero_();
            }
            network.Gates.ZeroGradients();
            var logits = network.call(images);
            var labels = torch.tensor([.. Enumerable.Range(0, (int)images.shape[0]).Select(image => (long)(image % 3))]);
            nn.functional.cross_entropy(logits, labels).backward();
            return logits.data<float>().ToArray();
        }

        internal List<double> Losses(BranchNetwork network, int steps)
        {
            using var optimizer = new NesterovSgd(network, new TrainingOptions());
            var losses = new List<double>();
            for (var step = 0; step < steps; step++)
            {
                using var scope = NewDisposeScope();
                var images = RandomNetworks.Images(network.Blueprint, 8, seed + (ulong)(step % 5));
                var labels = torch.tensor([.. Enumerable.Range(0, 8).Select(image => (long)(image % 3))]);
                optimizer.ZeroGradients();
                var loss = nn.functional.cross_entropy(network.call(images), labels);
                loss.backward();
                optimizer.Step(0.001);
                losses.Add(loss.item<float>());
            }
            return losses;
        }

        internal void AssertStepsAgree(int batch)
        {
            using var scope = NewDisposeScope();
            var images = RandomNetworks.Images(Fast.Blueprint, batch, seed);
            AssertClose("logits", Step(Reference, images), Step(Fast, images));
            foreach (var ((name, one), (_, other)) in Reference.named_parameters().Zip(Fast.named_parameters()))
            {
                AssertClose($"gradient of {name}", one.grad!.contiguous().data<float>().ToArray(), other.grad!.contiguous().data<float>().ToArray());
            }
            foreach (var ((name, one), (_, other)) in Reference.named_buffers().Zip(Fast.named_buffers()))
            {
                AssertClose(name, one.data<float>().ToArray(), other.data<float>().ToArray());
            }
            for (var module = 1; module <= Fast.Gates.Count && Fast.Gates.Of(1).requires_grad; module++)
            {
                AssertClose(
                    $"gate gradient of module {module}", [.. Reference.Gates.Gradient(module).Cast<float>()], [.. Fast.Gates.Gradient(module).Cast<float>()]);
            }
        }

        public void Dispose()
        {
            Fast.Dispose();
            Reference.Dispose();
        }
    }
}

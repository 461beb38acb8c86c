// Laws of the network's parts: counts, the norm by moments, the grouped trunk, the aggregation and its gate gradients.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Tests.Model;

[NoTensorLeak]
public sealed class NetworkLawTests
{
    private static readonly ModuleBlueprint Module = new(
        Index: 1, Stage: 1, InputChannels: 6, BottleneckWidth: 3, OutputChannels: 8, Stride: 2, Blocks: 4);

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, NamedNetworks.All.Count)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_cost_model_counts_the_published_parameters(int row)
    {
        var named = NamedNetworks.All[row];
        Assert.Equal(named.Parameters, CostModel.Of(named.Blueprint(), NetworkForm.ResNeXt).Parameters);
        Assert.Equal(named.Parameters, CostModel.Of(named.Blueprint(), NetworkForm.Branches).Parameters);
    }

    [Theory]
    [InlineData(20, 4, 8, 247_898, 260_442)]
    [InlineData(29, 8, 8, 816_346, 835_162)]
    public void Built_networks_have_the_counted_parameters(int depth, int width, int cardinality, long shared, long perBranch)
    {
        var blueprint = NetworkBlueprint.Create(new NetworkSize(depth, width, cardinality), new ImageShape(3, 32, 32), 10);
        using var published = ResNeXt.Empty(blueprint, NetworkOptions.Default);
        using var branches = BranchNetwork.Empty(blueprint, Connectivity.Full(blueprint), NetworkOptions.Default);
        using var own = BranchNetwork.Empty(
            blueprint, Connectivity.Full(blueprint), new NetworkOptions { LastNormAffine = LastNormAffine.PerBranch });
        Assert.Equal(shared, published.parameters().Sum(weight => weight.numel()));
        Assert.Equal(shared, branches.parameters().Sum(weight => weight.numel()));
        Assert.Equal(perBranch, own.parameters().Sum(weight => weight.numel()));
        Assert.Equal(perBranch, CostModel.Of(blueprint, NetworkForm.Branches, LastNormAffine.PerBranch).Parameters);
    }

    [Theory]
    [InlineData(LastNormAffine.Shared)]
    [InlineData(LastNormAffine.PerBranch)]
    public void The_norm_by_moments_is_batch_norm_of_the_expanded_tensor(LastNormAffine affine)
    {
        using var norm = new BranchNorm(Module, affine, ScalarType.Float64, CPU);
        using var scope = NewDisposeScope();
        var random = new SeededRandom(1);
        var thin = Normal(random, 5, 12, 4, 4).requires_grad_();                                        // [N, C*w, H, W]
        var expand = Normal(random, 4, 8, 3).requires_grad_();                                          // [C, d, w]
        using (no_grad())
        {
            norm.weight.copy_(Normal(random, norm.weight.shape));
            norm.bias.copy_(Normal(random, norm.bias.shape));
        }
        var direction = Normal(random, 4, 5, 8, 4, 4);
        var inputs = new[] { thin, expand, norm.weight, norm.bias };

        var (mean, variance) = (zeros(32, ScalarType.Float64), ones(32, ScalarType.Float64));
        var plain = nn.functional.batch_norm(
            PerBranch(thin, (slice, k) => nn.functional.conv2d(slice, expand[k].unsqueeze(-1).unsqueeze(-1)), 1), mean, variance,
            norm.weight.expand(4, 8).reshape(32), norm.bias.expand(4, 8).reshape(32), true, ChannelNorm.Momentum, ChannelNorm.Epsilon);
        plain = plain.view(5, 4, 8, 4, 4).transpose(0, 1);
        var expected = autograd.grad([(plain * direction).sum()], inputs);

        var (weights, bias) = norm.call(expand, thin);
        var folded = PerBranch(thin, (slice, k) => nn.functional.conv2d(slice, weights[k].unsqueeze(-1).unsqueeze(-1), bias[k]).unsqueeze(0), 0);
        var actual = autograd.grad([(folded * direction).sum()], inputs);

        AssertClose(plain, folded);
        foreach (var (one, other) in expected.Zip(actual))
        {
            AssertClose(one, other);
        }
        AssertClose(mean.view(4, 8), norm.runningMean);
        AssertClose(variance.view(4, 8), norm.runningVariance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void The_grouped_trunk_is_a_loop_over_separate_blocks(int inputs)
    {
        using var trunk = new BottleneckTrunk(Module, ScalarType.Float64, CPU);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var random = new SeededRandom(2);
        foreach (var weight in trunk.parameters())
        {
            weight.copy_(Normal(random, weight.shape));
        }
        var input = Normal(random, inputs, 3, 6, 5, 5);                                                 // [C or 1, N, d_in, H, W]
        var blocks = Enumerable.Range(0, 4).Select(k =>
        {
            var channels = TensorIndex.Slice(3 * k, 3 * (k + 1));
            var x = nn.functional.conv2d(input[inputs == 1 ? 0 : k], trunk.reduce[k].unsqueeze(-1).unsqueeze(-1));
            x = nn.functional.relu(Normalised(x, trunk.reduceNorm, channels));
            x = nn.functional.conv2d(x, trunk.convolve[channels], strides: [2, 2], padding: [1, 1]);
            return nn.functional.relu(Normalised(x, trunk.convolveNorm, channels));
        });
        var expected = cat([.. blocks], 1);
        AssertClose(expected, trunk.call(input));
    }

    [Fact]
    public void The_aggregation_is_the_gated_sum_and_its_gradient_is_that_of_dense_gates()
    {
        using var scope = NewDisposeScope();
        var random = new SeededRandom(3);
        var (y, gates) = (Normal(random, 3, 2, 4, 2, 2), tensor(new double[,] { { 1, 0, 1 }, { 0, 1, 1 } }).requires_grad_());
        var direction = Normal(random, 2, 2, 4, 2, 2);
        var x = GatedAggregation.Apply(y, gates);
        (x * direction).sum().backward();
        using Scalar zero = 0;
        for (var j = 0; j < 2; j++)
        {
            var sum = stack([.. Enumerable.Range(0, 3).Select(k => gates.detach()[j, k] * y[k])]).sum([0]);
            AssertClose(sum.relu(), x[j]);
            var slope = direction[j] * sum.gt(zero).to(ScalarType.Float64);                                // dL/dx_j before the ReLU
            for (var k = 0; k < 3; k++)
            {
                AssertClose((slope * y[k]).sum(), gates.grad![j, k]);
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    [InlineData(4, 1)]
    public void Every_parameter_gets_a_gradient_at_every_fan_in(int cardinality, int fanIn)
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 2, cardinality));
        // A ring leaves no block unread, so that none may lack a gradient.
        var wiring = new Connectivity([.. Enumerable.Range(1, 2).Select(module => new ModuleConnectivity(module, cardinality,
            [.. Enumerable.Range(0, cardinality).Select(j => System.Collections.Immutable.ImmutableArray.CreateRange(
                Enumerable.Range(j, fanIn).Select(k => k % cardinality).Order()))]))]);
        using var network = RandomNetworks.Branches(blueprint, wiring, seed: 9);
        using var scope = NewDisposeScope();
        network.train();
        network.Gates.Learn();
        var logits = network.call(RandomNetworks.Images(blueprint, count: 6, seed: 10));
        nn.functional.cross_entropy(logits, tensor(new long[] { 0, 1, 2, 0, 1, 2 })).backward();
        Assert.All(network.named_parameters(), entry =>
            Assert.True(entry.parameter.grad is { } gradient && gradient.abs().sum().item<float>() > 0, entry.name));
        Assert.All(Enumerable.Range(1, 2), module => Assert.Contains(network.Gates.Gradient(module).Cast<float>(), value => value != 0));
    }

    // Applies a function to the thin channels of each branch and joins the results.
    private static Tensor PerBranch(Tensor thin, Func<Tensor, int, Tensor> function, long dimension) =>
        cat([.. Enumerable.Range(0, 4).Select(k => function(thin.narrow(1, 3 * k, 3), k))], dimension);

    private static Tensor Normalised(Tensor x, ChannelNorm norm, TensorIndex channels) => nn.functional.batch_norm(
        x, null, null, norm.weight[channels], norm.bias[channels], true, ChannelNorm.Momentum, ChannelNorm.Epsilon);

    private static Tensor Normal(SeededRandom random, params long[] shape) => tensor(
        Enumerable.Range(0, (int)shape.Aggregate(1L, (product, length) => product * length)).Select(_ => random.NextNormal()).ToArray()).view(shape);

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((expected - actual).abs().max().item<double>(), 0, 1e-9);
    }
}

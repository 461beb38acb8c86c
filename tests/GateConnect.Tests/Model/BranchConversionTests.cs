// Law 1: with all gates open the branch form is ResNeXt, in evaluation mode and, once its moments are measured, in
// training mode.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Model;

[NoTensorLeak]
public sealed class BranchConversionTests
{
    [Theory]
    [InlineData(LastNormAffine.Shared, 4)]
    [InlineData(LastNormAffine.PerBranch, 4)]
    [InlineData(LastNormAffine.Shared, 1)]
    [InlineData(LastNormAffine.PerBranch, 8)]
    public void With_all_gates_open_the_branch_form_computes_what_ResNeXt_computes(LastNormAffine affine, int cardinality)
    {
        using var source = RandomNetworks.ResNeXt(RandomNetworks.Blueprint(new NetworkSize(11, 2, cardinality)), seed: 3);
        using var network = BranchConversion.FromResNeXt(source, affine);
        network.eval();
        using var images = RandomNetworks.Images(source.Blueprint, count: 7, seed: 4);
        AssertClose(RandomNetworks.Logits(source, images), RandomNetworks.Logits(network, images), 1e-4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void With_measured_moments_training_mode_computes_what_ResNeXt_computes(int cardinality)
    {
        using var source = RandomNetworks.ResNeXt(RandomNetworks.Blueprint(new NetworkSize(11, 2, cardinality)), seed: 5);
        using var images = RandomNetworks.Images(source.Blueprint, count: 16, seed: 6);
        var before = RandomNetworks.Logits(source, images);
        using var network = BranchConversion.FromResNeXt(source, LastNormAffine.PerBranch, images);
        AssertClose(before, RandomNetworks.Logits(source, images), 0); // the source is as it was
        source.train();
        network.train();
        AssertClose(RandomNetworks.Logits(source, images), RandomNetworks.Logits(network, images), 1e-3);
    }

    [Fact]
    public void Training_mode_needs_an_affine_per_branch()
    {
        using var source = RandomNetworks.ResNeXt(RandomNetworks.Blueprint(new NetworkSize(11, 2, 2)), seed: 7);
        using var images = RandomNetworks.Images(source.Blueprint, count: 4, seed: 8);
        Assert.Throws<ArgumentException>(() => BranchConversion.FromResNeXt(source, LastNormAffine.Shared, images));
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, tolerance));
    }
}

// Normalisation: measured values are right, never zero, and the table agrees with the formula.
using GateConnect.Data;

namespace GateConnect.Tests.Data;

public sealed class NormalizationTests
{
    [Fact]
    public void Mean_and_deviation_can_be_worked_out_by_hand()
    {
        var dataset = new ImageDataset("x", new ImageShape(2, 1, 2), ["a"], [[0, 255, 51, 51], [255, 0, 51, 51]], [0, 0]);
        var normalization = Normalization.Measure(dataset);
        Assert.Equal([0.5f, 0.2f], normalization.Mean);
        Assert.Equal([0.5f, Normalization.SmallestStd], normalization.Std);
    }

    [Fact]
    public void Normalised_pixels_have_mean_zero_and_deviation_one()
    {
        var dataset = TestImages.Random(50, new ImageShape(3, 8, 8), 2);
        var table = Normalization.Measure(dataset).Table();
        for (var channel = 0; channel < 3; channel++)
        {
            var values = Enumerable.Range(0, dataset.Count)
                .SelectMany(index => dataset.Pixels(index).Slice(64 * channel, 64).ToArray())
                .Select(value => (double)table[256 * channel + value]).ToArray();
            Assert.Equal(0, values.Average(), 1e-5);
            Assert.Equal(1, values.Average(value => value * value), 1e-5);
        }
    }

    [Fact]
    public void Equality_is_by_value()
    {
        Assert.Equal(new Normalization([0.5f], [0.25f]), new Normalization([0.5f], [0.25f]));
        Assert.Equal(new Normalization([0.5f], [0.25f]).GetHashCode(), new Normalization([0.5f], [0.25f]).GetHashCode());
        Assert.NotEqual(new Normalization([0.5f], [0.25f]), new Normalization([0.5f], [0.5f]));
    }

    [Fact]
    public void Values_that_cannot_normalise_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Normalization([0], [0]));
        Assert.Throws<ArgumentException>(() => new Normalization([0, 0], [1]));
        Assert.Throws<ArgumentException>(() => new Normalization([float.NaN], [1]));
        Assert.Throws<ArgumentException>(() => new Normalization([], []));
    }
}

// Synthetic shapes: reproducible, balanced, and beyond what a weighted sum of pixels can tell apart.
using GateConnect.Data;
using GateConnect.Runtime;

namespace GateConnect.Tests.Data;

public sealed class SyntheticShapesTests
{
    [Fact]
    public void The_same_seed_makes_the_same_images_and_more_images_start_alike()
    {
        var options = new ShapesOptions { TrainCount = 24, TestCount = 16, ImageSize = 16 };
        var parts = SyntheticShapes.Create(options, new Seeds(1));
        Assert.Equal(parts.Train.Fingerprint(), SyntheticShapes.Create(options, new Seeds(1)).Train.Fingerprint());
        Assert.NotEqual(parts.Train.Fingerprint(), SyntheticShapes.Create(options, new Seeds(2)).Train.Fingerprint());
        var more = SyntheticShapes.Create(options with { TrainCount = 48 }, new Seeds(1)).Train;
        Assert.Equal(parts.Train.Fingerprint(), more.Subset([.. Enumerable.Range(0, 24)]).Fingerprint());
        Assert.NotEqual(parts.Train.Pixels(0).ToArray(), parts.Test.Pixels(0).ToArray());
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(3, 8)]
    public void Classes_are_balanced_and_the_shape_is_as_asked(int channels, int classes)
    {
        var parts = SyntheticShapes.Create(
            new ShapesOptions { TrainCount = 10 * classes, TestCount = classes, ImageSize = 12, Channels = channels, Classes = classes }, new Seeds(1));
        Assert.All(parts.Train.ClassCounts(), count => Assert.Equal(10, count));
        Assert.Equal(new ImageShape(channels, 12, 12), parts.Test.Shape);
        Assert.Equal(classes, parts.Test.ClassNames.Distinct().Count());
    }

    [Fact]
    public void A_linear_model_does_not_solve_them()
    {
        var parts = SyntheticShapes.Create(
            new ShapesOptions { TrainCount = 1000, TestCount = 400, ImageSize = 16, Channels = 1, Classes = 4 }, new Seeds(1));
        Assert.InRange(LinearAccuracy(parts), 0.10, 0.60); // guessing is right in 0.25
    }

    [Fact]
    public void Options_out_of_range_are_all_listed() => Assert.Equal(
        5,
        Assert.Throws<ConfigurationException>(() => SyntheticShapes.Create(
            new ShapesOptions { TrainCount = 0, TestCount = 0, ImageSize = 7, Channels = 2, Classes = 9 }, new Seeds(1))).Mistakes.Count);

    /// <summary>Softmax regression by plain gradient steps, one image at a time.</summary>
    private static double LinearAccuracy(DatasetParts parts)
    {
        var (inputs, classes) = (parts.Train.Shape.ByteCount, parts.Train.ClassNames.Count);
        var weights = new double[classes, inputs + 1];
        for (var step = 0; step < 20 * parts.Train.Count; step++)
        {
            var index = step % parts.Train.Count;
            var pixels = parts.Train.Pixels(index);
            var scores = Scores(weights, pixels);
            var sum = scores.Sum(Math.Exp);
            for (var label = 0; label < classes; label++)
            {
                var slope = Math.Exp(scores[label]) / sum - (label == parts.Train.Label(index) ? 1 : 0);
                for (var at = 0; at < inputs; at++)
                {
                    weights[label, at] -= 0.002 * slope * (pixels[at] / 128.0 - 1);
                }
                weights[label, inputs] -= 0.002 * slope;
            }
        }
        return Enumerable.Range(0, parts.Test.Count).Average(index =>
        {
            var scores = Scores(weights, parts.Test.Pixels(index));
            return Array.IndexOf(scores, scores.Max()) == parts.Test.Label(index) ? 1.0 : 0.0;
        });
    }

    private static double[] Scores(double[,] weights, ReadOnlySpan<byte> pixels)
    {
        var scores = new double[weights.GetLength(0)];
        for (var label = 0; label < scores.Length; label++)
        {
            scores[label] = weights[label, pixels.Length];
            for (var at = 0; at < pixels.Length; at++)
            {
                scores[label] += weights[label, at] * (pixels[at] / 128.0 - 1);
            }
        }
        return scores;
    }
}

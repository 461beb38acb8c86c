// The resizing rule: areas are averaged, halving is exact, constants stay constant, the centre is kept.
using CsCheck;
using GateConnect.Data;

namespace GateConnect.Tests.Data;

public sealed class ImageResizerTests
{
    [Fact]
    public void Halving_is_exactly_the_rounded_mean_of_two_by_two()
    {
        var dataset = TestImages.Random(5, new ImageShape(3, 32, 32), 2);
        var half = ImageResizer.Resize(dataset, 16);
        Assert.Equal(new ImageShape(3, 16, 16), half.Shape);
        for (var index = 0; index < dataset.Count; index++)
        {
            var from = dataset.Pixels(index);
            var to = half.Pixels(index);
            Assert.Equal(dataset.Label(index), half.Label(index));
            for (var at = 0; at < to.Length; at++)
            {
                var (channel, row, column) = (at / 256, at / 16 % 16, at % 16);
                var corner = (channel * 32 + 2 * row) * 32 + 2 * column;
                var sum = from[corner] + from[corner + 1] + from[corner + 32] + from[corner + 33];
                Assert.Equal((sum + 2) / 4, to[at]);
            }
        }
    }

    [Fact]
    public void A_constant_image_stays_constant_and_the_range_is_kept() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 50], Gen.Byte).Sample((height, width, side, value) =>
        {
            var shape = new ImageShape(1, height, width);
            var constant = new byte[shape.ByteCount];
            Array.Fill(constant, value);
            var resized = ImageResizer.Resize(new ImageDataset("c", shape, ["a"], [constant], [0]), side);
            Assert.True(resized.Pixels(0).IndexOfAnyExcept(value) < 0);

            var random = TestImages.Random(1, shape, 1);
            var mixed = ImageResizer.Resize(random, side).Pixels(0).ToArray();
            Assert.InRange(mixed.Max(), random.Pixels(0).ToArray().Min(), random.Pixels(0).ToArray().Max());
        }, iter: 200);

    [Fact]
    public void Weights_sum_to_one_and_stay_inside() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 300], Gen.Double[0, 1], Gen.Double[0.01, 1]).Sample((length, count, place, share) =>
        {
            var extent = Math.Max(1, length * share);
            var weights = ResampleWeights.Along(length, (length - extent) * place, extent, count);
            for (var target = 0; target < count; target++)
            {
                var sum = 0f;
                foreach (var weight in weights.Of(target))
                {
                    Assert.InRange(weight, 0, 1.00001f);
                    sum += weight;
                }
                Assert.InRange(sum, 0.9999f, 1.0001f);
                Assert.InRange(weights.Start(target), 0, length - weights.Of(target).Length);
            }
        }, iter: 500);

    [Fact]
    public void A_wide_image_keeps_its_centre()
    {
        var wide = new ImageDataset("wide", new ImageShape(1, 2, 6), ["a"], [[9, 9, 1, 2, 9, 9, 9, 9, 3, 4, 9, 9]], [0]);
        Assert.Equal([1, 2, 3, 4], ImageResizer.Resize(wide, 2).Pixels(0).ToArray());
    }

    [Fact]
    public void The_same_size_is_the_same_dataset()
    {
        var dataset = TestImages.Random(2, new ImageShape(1, 4, 4), 2);
        Assert.Same(dataset, ImageResizer.Resize(dataset, 4));
    }
}

// Augmentation fused with normalisation: pure in (seed, epoch, index), and each drawn image is a crop of the padded
// original, mirrored or not, every shift equally often.
using CsCheck;
using GateConnect.Data;
using GateConnect.Runtime;

namespace GateConnect.Tests.Data;

public sealed class ImageTransformTests
{
    private static readonly ImageShape Shape = new(2, 5, 5);

    // (value / 255 - 0) / (1 / 255) = value: what comes out are the bytes, and the mean colour is black.
    private static readonly Normalization Bytes = new([0, 0], [1 / 255f, 1 / 255f]);

    [Fact]
    public void Without_augmentation_pixels_are_only_normalised()
    {
        var image = TestImages.Random(1, Shape, 1).Pixels(0).ToArray();
        var normalization = new Normalization([0.25f, 0.5f], [0.5f, 2f]);
        var target = Apply(new ImageTransform(Shape, normalization, Augmentation.None, new Seeds(1)), image, 3, 4);
        for (var at = 0; at < image.Length; at++)
        {
            var expected = at < 25 ? (image[at] / 255.0 - 0.25) / 0.5 : (image[at] / 255.0 - 0.5) / 2;
            Assert.Equal((float)expected, target[at]);
        }
    }

    [Fact]
    public void Every_crop_is_a_shift_of_the_padded_image_and_all_are_equally_likely()
    {
        const int pad = 2;
        var image = TestImages.Random(1, Shape, 1).Pixels(0).ToArray();
        var transform = new ImageTransform(Shape, Bytes, Augmentation.PadCropFlip(pad), new Seeds(5));
        var shifts = new Dictionary<string, int>();
        for (var down = -pad; down <= pad; down++)
        {
            for (var right = -pad; right <= pad; right++)
            {
                shifts[Key(Shifted(image, down, right, mirrored: false))] = 0;
                shifts[Key(Shifted(image, down, right, mirrored: true))] = 0;
            }
        }
        Assert.Equal(50, shifts.Count);
        for (var index = 0; index < 5000; index++)
        {
            shifts[Key(Apply(transform, image, index % 7, index))]++; // throws for anything that is no shift
        }
        Check.ChiSquared([.. Enumerable.Repeat(100, 50)], [.. shifts.Values]);
    }

    [Fact]
    public void What_is_drawn_depends_on_seed_epoch_and_index_only() =>
        Gen.Select(Gen.Int[0, 300], Gen.Int[0, 60_000], Gen.ULong).Sample((epoch, index, seed) =>
        {
            var image = TestImages.Random(1, Shape, 1).Pixels(0).ToArray();
            foreach (var augmentation in new[] { Augmentation.PadCropFlip(2), Augmentation.ResizedCropFlip })
            {
                var transform = new ImageTransform(Shape, Bytes, augmentation, new Seeds(seed));
                var first = Apply(transform, image, epoch, index);
                Apply(transform, image, epoch + 1, index);
                Assert.Equal(first, Apply(new ImageTransform(Shape, Bytes, augmentation, new Seeds(seed)), image, epoch, index));
            }
        }, iter: 50);

    [Fact]
    public void Without_the_flip_no_image_is_mirrored()
    {
        byte[] image = [1, 2, 3, 4, 5, .. new byte[20], .. new byte[25]];
        var transform = new ImageTransform(Shape, Bytes, Augmentation.PadCrop(1), new Seeds(5));
        for (var index = 0; index < 200; index++)
        {
            var seen = Apply(transform, image, 0, index).Where(value => value > 0).ToArray();
            Assert.Equal(seen.Order(), seen);
        }
    }

    [Fact]
    public void The_border_is_the_mean_colour_or_black()
    {
        var white = Enumerable.Repeat((byte)255, Shape.ByteCount).ToArray();
        var normalization = new Normalization([0.5f, 0.5f], [0.25f, 0.25f]);
        float[] Seen(PadFill fill) =>
        [
            .. Enumerable.Range(0, 50)
                .SelectMany(index => Apply(
                    new ImageTransform(Shape, normalization, Augmentation.PadCrop(2) with { Fill = fill }, new Seeds(1)), white, 0, index))
                .Distinct().Order(),
        ];
        Assert.Equal([0f, 2f], Seen(PadFill.MeanColour));
        Assert.Equal([-2f, 2f], Seen(PadFill.Black));
    }

    [Fact]
    public void A_resized_crop_of_a_ramp_is_a_flatter_ramp()
    {
        var shape = new ImageShape(1, 16, 16);
        byte[] ramp = [.. Enumerable.Range(0, 256).Select(at => (byte)(10 * (at % 16)))];
        var crop = Augmentation.ResizedCropFlip with { Flip = HorizontalFlip.Off };
        var transform = new ImageTransform(shape, new Normalization([0], [1 / 255f]), crop, new Seeds(1));
        for (var index = 0; index < 100; index++)
        {
            var target = Apply(transform, ramp, 0, index);
            for (var column = 1; column < 16; column++)
            {
                Assert.Equal(target[column], target[240 + column]); // rows are alike
                Assert.InRange(target[column] - target[column - 1], 0, 10.001f);
            }
        }
    }

    [Fact]
    public void The_whole_area_is_the_image_itself()
    {
        var image = TestImages.Random(1, Shape, 1).Pixels(0).ToArray();
        var whole = new Augmentation { RandomResizedCrop = new AreaRange(1, 1) };
        var transform = new ImageTransform(Shape, Bytes, whole, new Seeds(1));
        var target = Apply(transform, image, 0, 0);
        // Area 1 with an aspect other than 1 never fits, so the whole image is taken.
        Assert.Equal(Array.ConvertAll(image, value => (float)value), target.Select(value => MathF.Round(value, 3)));
    }

    [Fact]
    public void Values_that_do_not_fit_are_all_listed()
    {
        var wrong = new Augmentation { Pad = 6, RandomResizedCrop = new AreaRange(0.5, 0.25) };
        Assert.Equal(3, Assert.Throws<ConfigurationException>(
            () => new ImageTransform(Shape, Bytes, wrong, new Seeds(1))).Mistakes.Count);
        Assert.Throws<ArgumentException>(() => new ImageTransform(new ImageShape(3, 5, 5), Bytes, Augmentation.None, new Seeds(1)));
    }

    [Fact]
    public void Digits_are_not_mirrored_by_default_and_grey_sets_are_padded_black()
    {
        Assert.Equal(HorizontalFlip.Off, Augmentation.DefaultFor(DatasetKind.Mnist, 28).Flip);
        Assert.Equal(PadFill.Black, Augmentation.DefaultFor(DatasetKind.FashionMnist, 28).Fill);
        Assert.Equal(Augmentation.PadCropFlip(4), Augmentation.DefaultFor(DatasetKind.Cifar10, 32));
    }

    private static float[] Apply(ImageTransform transform, byte[] image, int epoch, int index)
    {
        var target = new float[image.Length];
        Array.Fill(target, float.NaN);
        transform.Apply(image, target, epoch, index);
        return target;
    }

    private static float[] Shifted(byte[] image, int down, int right, bool mirrored)
    {
        var target = new float[image.Length];
        for (var at = 0; at < image.Length; at++)
        {
            var (channel, row, column) = (at / 25, at / 5 % 5 + down, at % 5 + right);
            var inside = row is >= 0 and < 5 && column is >= 0 and < 5;
            var to = mirrored ? at - at % 5 + (4 - at % 5) : at;
            target[to] = inside ? image[(channel * 5 + row) * 5 + column] : 0;
        }
        return target;
    }

    private static string Key(float[] image) => string.Join(' ', image.Select(value => (int)MathF.Round(value)));
}

// Splits and subsets: nothing lost, nothing twice, every class in its share, the same for the same seed.
using CsCheck;
using GateConnect.Data;
using GateConnect.Runtime;

namespace GateConnect.Tests.Data;

public sealed class DatasetSplitTests
{
    private static readonly Gen<(int[] Labels, double Fraction, ulong Seed)> Cases =
        Gen.Select(Gen.Int[0, 4].Array[1, 120], Gen.Double[0.01, 0.99], Gen.ULong);

    [Fact]
    public void A_split_loses_nothing_and_shares_every_class() => Cases.Sample((labels, fraction, seed) =>
    {
        var dataset = TestImages.Labelled(labels);
        var (kept, heldOut) = DatasetSplit.StratifiedSplit(dataset, fraction, new Seeds(seed), "holdout");

        Assert.Equal(Ids(dataset), Ids(kept).Concat(Ids(heldOut)).Order());
        Assert.Equal(Ids(kept).Order(), Ids(kept));
        var (all, held) = (dataset.ClassCounts(), heldOut.ClassCounts());
        for (var label = 0; label < all.Length; label++)
        {
            var expected = all[label] < 2 ? 0 : Math.Clamp((int)Math.Round(all[label] * fraction, MidpointRounding.AwayFromZero), 1, all[label] - 1);
            Assert.Equal(expected, held[label]);
        }
    });

    [Fact]
    public void Splits_depend_on_seed_and_name_only()
    {
        var dataset = TestImages.Labelled([.. Enumerable.Range(0, 200).Select(index => index % 2)]);
        int[] HeldOut(ulong seed, string name) => Ids(DatasetSplit.StratifiedSplit(dataset, 0.1, new Seeds(seed), name).HeldOut);
        Assert.Equal(HeldOut(1, "holdout"), HeldOut(1, "holdout"));
        Assert.NotEqual(HeldOut(1, "holdout"), HeldOut(2, "holdout"));
        Assert.NotEqual(HeldOut(1, "holdout"), HeldOut(1, "test"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_fraction_outside_zero_to_one_is_refused(double fraction) => Assert.Throws<ArgumentOutOfRangeException>(
        () => DatasetSplit.StratifiedSplit(TestImages.Labelled(0, 1), fraction, new Seeds(1), "x"));

    [Fact]
    public void A_limit_takes_as_evenly_as_the_classes_allow() => Cases.Sample((labels, fraction, seed) =>
    {
        var dataset = TestImages.Labelled(labels);
        var present = dataset.ClassCounts().Count(count => count > 0);
        var count = Math.Max(present, (int)(fraction * dataset.Count));
        var limited = DatasetSplit.Limit(dataset, count, new Seeds(seed));

        Assert.Equal(count, limited.Count);
        Assert.Equal(Ids(limited).Distinct().Order(), Ids(limited));
        var (all, some) = (dataset.ClassCounts(), limited.ClassCounts());
        for (var label = 0; label < all.Length; label++)
        {
            // A class has fewer than the largest only by one, or because it has no more.
            Assert.True(some[label] == all[label] || some[label] >= some.Max() - 1);
        }
        var smaller = DatasetSplit.Limit(dataset, Math.Max(present, count / 2), new Seeds(seed));
        Assert.Subset(Ids(limited).ToHashSet(), Ids(smaller).ToHashSet());
    });

    [Fact]
    public void A_limit_above_the_count_changes_nothing_and_one_below_the_classes_is_refused()
    {
        var dataset = TestImages.Labelled(0, 1, 2);
        Assert.Same(dataset, DatasetSplit.Limit(dataset, 3, new Seeds(1)));
        Assert.Contains("at least 3", Assert.Throws<ConfigurationException>(
            () => DatasetSplit.Limit(dataset, 2, new Seeds(1))).Message, StringComparison.Ordinal);
    }

    private static int[] Ids(ImageDataset dataset) => [.. Enumerable.Range(0, dataset.Count).Select(index => (int)dataset.Pixels(index)[0])];
}

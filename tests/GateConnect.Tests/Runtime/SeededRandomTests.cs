// The generator's laws: a pure function of seed, name and indices; uniform; and the same for ever, since a changed
// sequence would change every recorded result.
using CsCheck;
using GateConnect.Runtime;

namespace GateConnect.Tests.Runtime;

public sealed class SeededRandomTests
{
    [Fact]
    public void The_sequence_of_a_seed_and_a_name_is_pinned_for_ever()
    {
        Assert.Equal(Pinned, Bits(new Seeds(1).Generator(Seeds.Shuffle, 3)));
        Assert.Equal(0xE220A8397B1DCDAFUL, new SeededRandom(0).NextBits());
    }

    [Fact]
    public void Equal_seed_name_and_indices_give_equal_sequences() =>
        Gen.Select(Gen.ULong, Gen.String[1, 12], Gen.Long, Gen.Long).Sample((master, name, first, second) =>
            Bits(new Seeds(master).Generator(name, first, second)).SequenceEqual(
                Bits(new Seeds(master).Generator(name, first, second))));

    [Fact]
    public void Another_seed_name_or_index_gives_another_sequence() =>
        Gen.Select(Gen.ULong, Gen.Long).Sample((master, index) =>
        {
            ulong[] states =
            [
                new Seeds(master).Derive("a", index), new Seeds(master).Derive("b", index),
                new Seeds(master).Derive("a", index + 1), new Seeds(master + 1).Derive("a", index),
                new Seeds(master).Derive("a"), new Seeds(master).Derive("a", index, 0), new Seeds(master).Derive("a", 0, index),
                new Seeds(master).Derive("aa", index),
            ];
            // (index, 0) and (0, index) are the same list only when the index is zero.
            return states.Distinct().Count() == (index == 0 ? states.Length - 1 : states.Length);
        });

    [Fact]
    public void Generators_of_neighbouring_indices_are_uncorrelated()
    {
        const int count = 20_000;
        double product = 0;
        for (var index = 0; index < count; index++)
        {
            var here = new Seeds(1).Generator(Seeds.Augment, index).NextDouble() - 0.5;
            var next = new Seeds(1).Generator(Seeds.Augment, index + 1).NextDouble() - 0.5;
            product += here * next;
        }
        // Under independence the sum has variance count / 144; five standard deviations.
        Assert.InRange(product, -5 * Math.Sqrt(count / 144.0), 5 * Math.Sqrt(count / 144.0));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(10)]
    public void Integers_are_uniform(int choices)
    {
        var generator = new Seeds(5).Generator("integers", choices);
        var counts = new int[choices];
        for (var draw = 0; draw < 10_000 * choices; draw++)
        {
            counts[generator.NextInt(choices)]++;
        }
        Check.ChiSquared([.. Enumerable.Repeat(10_000, choices)], counts);
    }

    [Fact]
    public void Every_order_of_a_shuffle_is_equally_likely()
    {
        var generator = new Seeds(5).Generator("orders");
        var counts = new Dictionary<string, int>();
        for (var draw = 0; draw < 24_000; draw++)
        {
            char[] items = ['a', 'b', 'c', 'd'];
            generator.Shuffle<char>(items);
            counts[new string(items)] = counts.GetValueOrDefault(new string(items)) + 1;
        }
        Assert.Equal(24, counts.Count);
        Check.ChiSquared([.. Enumerable.Repeat(1_000, 24)], [.. counts.Values]);
    }

    [Fact]
    public void A_shuffle_keeps_every_item() =>
        Gen.Select(Gen.ULong, Gen.Int.Array).Sample((state, items) =>
        {
            var shuffled = items.ToArray();
            new SeededRandom(state).Shuffle<int>(shuffled);
            return shuffled.Order().SequenceEqual(items.Order());
        });

    [Fact]
    public void Doubles_lie_in_zero_to_one_with_the_mean_of_a_uniform()
    {
        var generator = new Seeds(5).Generator("doubles");
        var draws = Enumerable.Range(0, 100_000).Select(_ => generator.NextDouble()).ToArray();
        Assert.All(draws, draw => Assert.True(draw is >= 0 and < 1));
        Assert.InRange(draws.Average(), 0.4954, 0.5046);
    }

    [Fact]
    public void Normals_have_mean_zero_and_variance_one()
    {
        var generator = new Seeds(5).Generator("normals");
        var draws = Enumerable.Range(0, 100_000).Select(_ => generator.NextNormal()).ToArray();
        Assert.InRange(draws.Average(), -0.016, 0.016);
        Assert.InRange(draws.Average(draw => draw * draw), 0.978, 1.022);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_range_without_numbers_is_refused(int maximum) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeededRandom(1).NextInt(maximum));

    private static readonly ulong[] Pinned = [8134138934194666320, 15972166087681957665, 5571665578565985779];

    private static ulong[] Bits(SeededRandom generator) => [generator.NextBits(), generator.NextBits(), generator.NextBits()];
}

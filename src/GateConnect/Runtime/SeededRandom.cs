// A small counter-based generator (SplitMix64). Its whole state is one number derived from a seed, a name and
// a list of indices, so whatever is drawn is a pure function of (seed, name, indices): nothing has to be stored
// to go on after an interruption, and no draw depends on how many draws came before it elsewhere.
namespace GateConnect.Runtime;

/// <summary>A deterministic generator with one 64-bit word of state. Not for cryptography. Not thread-safe.</summary>
public sealed class SeededRandom
{
    private ulong state;

    /// <summary>Starts the generator at <paramref name="state"/>; equal states give equal sequences.</summary>
    public SeededRandom(ulong state) => this.state = state;

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits() => Mix(state += 0x9E3779B97F4A7C15UL);

    /// <summary>A number in [0, 1), with 53 random bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>An integer in [0, <paramref name="exclusiveMaximum"/>), without modulo bias.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is not positive.</exception>
    public int NextInt(int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMaximum);
        var limit = ulong.MaxValue - ulong.MaxValue % (ulong)exclusiveMaximum;
        ulong bits;
        do
        {
            bits = NextBits();
        }
        while (bits >= limit);
        return (int)(bits % (ulong)exclusiveMaximum);
    }

    /// <summary>A draw from the standard normal distribution (Box-Muller, one of the pair).</summary>
    public double NextNormal()
    {
        var radius = Math.Sqrt(-2.0 * Math.Log(1.0 - NextDouble()));
        return radius * Math.Cos(2.0 * Math.PI * NextDouble());
    }

    /// <summary>Shuffles <paramref name="items"/> in place, every order equally likely (Fisher-Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = NextInt(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    /// <summary>The finaliser of SplitMix64: a bijection on 64 bits in which every input bit reaches every output bit.</summary>
    internal static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9UL;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBUL;
        return bits ^ (bits >> 31);
    }
}

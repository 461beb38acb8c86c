// One master seed, many named and independent generators (STYLE 18): Full, Random and Learned therefore see the
// same weights, batches and augmentations, whatever else each of them draws.
namespace GateConnect.Runtime;

/// <summary>The master seed of a run, from which every generator is derived by name.</summary>
/// <param name="Master">Any 64-bit number; the default of the command line is 1.</param>
public readonly record struct Seeds(ulong Master)
{
    /// <summary>Initial weights.</summary>
    public const string Weights = "weights";

    /// <summary>The order of the training images in each epoch.</summary>
    public const string Shuffle = "shuffle";

    /// <summary>Crops and flips.</summary>
    public const string Augment = "augment";

    /// <summary>Gate draws, and the wiring of the rule Random.</summary>
    public const string Gates = "gates";

    /// <summary>Splits and subsets of a dataset.</summary>
    public const string Split = "split";

    /// <summary>
    /// A generator that is a pure function of the master seed, <paramref name="name"/> and
    /// <paramref name="indices"/> (for example epoch and image).
    /// </summary>
    public SeededRandom Generator(string name, params ReadOnlySpan<long> indices) => new(Derive(name, indices));

    /// <summary>The 64-bit state from which <see cref="Generator"/> starts.</summary>
    public ulong Derive(string name, params ReadOnlySpan<long> indices)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var state = SeededRandom.Mix(Master + 0x9E3779B97F4A7C15UL);
        foreach (var character in name)
        {
            state = SeededRandom.Mix(state ^ character);
        }
        foreach (var index in indices)
        {
            state = SeededRandom.Mix(state + 0x9E3779B97F4A7C15UL ^ (ulong)index * 0xD1B54A32D192ED03UL);
        }
        return state;
    }
}

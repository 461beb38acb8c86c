// Draws and choices of K branches per block (PAPER section 2): step 1 of the gate procedure, and the top-K of phase 2.
using GateConnect.Runtime;

namespace GateConnect.Training;

/// <summary>Draws K distinct branches in proportion to real-valued gates, and picks the K largest.</summary>
internal static class GateSampling
{
    /// <summary>K distinct indices, drawn one after the other in proportion to the gates that are left.</summary>
    /// <param name="gates">Real-valued gates of one block, each at least 0.</param>
    /// <param name="fanIn">K, from 1 to the length of the row.</param>
    /// <param name="random">Where the draws come from.</param>
    /// <returns>Ascending indices. A row with fewer than K positive gates draws them all and the rest uniformly.</returns>
    public static int[] Draw(ReadOnlySpan<float> gates, int fanIn, SeededRandom random) => [.. DrawOrder(gates, fanIn, random).Order()];

    /// <summary>The same in the order in which they were drawn (Plackett and Luce's distribution).</summary>
    public static int[] DrawOrder(ReadOnlySpan<float> gates, int fanIn, SeededRandom random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fanIn, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fanIn, gates.Length);
        var left = new double[gates.Length];
        for (var index = 0; index < left.Length; index++)
        {
            left[index] = gates[index];
        }
        var drawn = new List<int>(fanIn);
        while (drawn.Count < fanIn)
        {
            if (left.Sum() <= 0)
            {
                // No positive gate is left: all that were not drawn are equally likely.
                for (var index = 0; index < left.Length; index++)
                {
                    left[index] = drawn.Contains(index) ? 0 : 1;
                }
            }
            var chosen = Choose(left, random);
            left[chosen] = 0;
            drawn.Add(chosen);
        }
        return [.. drawn];
    }

    /// <summary>
    /// Scores, each with Gumbel noise of its own. Their K largest, largest first, are distributed as <see cref="DrawOrder"/> draws
    /// K of exp(score).
    /// </summary>
    public static float[] Perturb(ReadOnlySpan<float> scores, SeededRandom random)
    {
        var keys = scores.ToArray();
        for (var index = 0; index < keys.Length; index++)
        {
            keys[index] -= (float)Math.Log(-Math.Log(1 - random.NextDouble()));
        }
        return keys;
    }

    /// <summary>The K largest, ascending; ties go to the lower index.</summary>
    public static int[] TopK(ReadOnlySpan<float> gates, int fanIn)
    {
        var values = gates.ToArray();
        return [.. Enumerable.Range(0, values.Length).OrderByDescending(index => values[index]).Take(fanIn).Order()];
    }

    /// <summary>Row <paramref name="reader"/> of a matrix of gates.</summary>
    internal static ReadOnlySpan<float> Row(float[,] gates, int reader) =>
        System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref gates[reader, 0], gates.GetLength(1));

    private static int Choose(double[] weights, SeededRandom random)
    {
        var point = random.NextDouble() * weights.Sum();
        var last = 0;
        for (var index = 0; index < weights.Length; index++)
        {
            if (weights[index] <= 0)
            {
                continue;
            }
            last = index;
            point -= weights[index];
            if (point < 0)
            {
                return index;
            }
        }
        return last;
    }
}

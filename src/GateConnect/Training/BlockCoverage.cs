// Whether every block can still be read once its readers are down to K sources each: a matching of sources to readers, at most
// K to a reader, grown along augmenting paths (Kuhn). The rule gradual asks before it closes a gate for good.
namespace GateConnect.Training;

/// <summary>What may be closed so that no block is left unread.</summary>
internal static class BlockCoverage
{
    /// <summary>
    /// Whether K open gates can be left to every reader so that every source is read, this one gate being closed. Where that was
    /// possible with the gate, a reader with more than K open gates always has one that can be spared.
    /// </summary>
    /// <param name="open">[readers, sources], above 0 where open; at least K a row.</param>
    /// <param name="fanIn">K.</param>
    /// <param name="gate">The gate to be closed.</param>
    public static bool Spares(float[,] open, int fanIn, (int Reader, int Source) gate)
    {
        var matching = new Matching(open, fanIn, gate);
        return Enumerable.Range(0, open.GetLength(1)).All(matching.Add);
    }

    private sealed class Matching(float[,] open, int fanIn, (int Reader, int Source) without)
    {
        private readonly int readers = open.GetLength(0);
        private readonly List<int>[] sources = [.. Enumerable.Range(0, open.GetLength(0)).Select(_ => new List<int>(fanIn))];

        public bool Add(int source) => Place(source, new bool[readers]);

        private bool Place(int source, bool[] tried)
        {
            for (var reader = 0; reader < readers; reader++)
            {
                if (open[reader, source] > 0 && !tried[reader] && (reader, source) != without && TakeOn(reader, source, tried))
                {
                    return true;
                }
            }
            return false;
        }

        // A reader that has K already takes another on if one of its own finds another place.
        private bool TakeOn(int reader, int source, bool[] tried)
        {
            tried[reader] = true;
            var held = sources[reader];
            if (held.Count < fanIn)
            {
                held.Add(source);
                return true;
            }
            var moved = held.FindIndex(other => Place(other, tried));
            if (moved >= 0)
            {
                held[moved] = source;
            }
            return moved >= 0;
        }
    }
}

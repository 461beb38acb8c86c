// Which rows of a table or page are held against which: what was learned against everything that compares with it.
namespace GateConnect.Experiments;

/// <summary>Pairs of rows.</summary>
internal static class LearnedPairs
{
    /// <summary>Every learned row with every other one that compares with it; of two learned ones the later with the earlier.</summary>
    /// <param name="rows">In their order.</param>
    /// <param name="isLearned">Whether a row is held against the others.</param>
    /// <param name="compares">Whether the second may stand beside the first.</param>
    public static IEnumerable<(T Learned, T Other)> Of<T>(IReadOnlyList<T> rows, Func<T, bool> isLearned, Func<T, T, bool> compares) =>
        from learned in rows.Index()
        where isLearned(learned.Item)
        from other in rows.Index()
        where (other.Index < learned.Index || !isLearned(other.Item)) && compares(learned.Item, other.Item)
        select (learned.Item, other.Item);
}

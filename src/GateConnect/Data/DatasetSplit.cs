// Parts of a dataset, drawn by seed and class by class: the held-out tenth on which choices are made, the test part of
// a single folder, and the small balanced subset of a quick run. Pixels are shared, never copied.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>Seeded, stratified splits and subsets.</summary>
public static class DatasetSplit
{
    /// <summary>
    /// Holds out <paramref name="fraction"/> of each class (rounded; at least one image and never all of them; a class
    /// of a single image is kept whole). Both parts keep the dataset's order.
    /// </summary>
    /// <param name="dataset">What to split.</param>
    /// <param name="fraction">The share to hold out, in (0, 1).</param>
    /// <param name="seeds">The draw is a pure function of the seed, the name and the labels.</param>
    /// <param name="name">Tells splits of one run apart, such as <c>holdout</c> and <c>test</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not in (0, 1).</exception>
    public static (ImageDataset Kept, ImageDataset HeldOut) StratifiedSplit(
        ImageDataset dataset, double fraction, Seeds seeds, string name)
    {
        if (fraction is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "expected more than 0 and less than 1");
        }
        var (kept, heldOut) = (new List<int>(), new List<int>());
        foreach (var members in ShuffledClasses(dataset, seeds, name))
        {
            var wanted = (int)Math.Round(members.Length * fraction, MidpointRounding.AwayFromZero);
            var held = members.Length < 2 ? 0 : Math.Clamp(wanted, 1, members.Length - 1);
            heldOut.AddRange(members.AsSpan(0, held));
            kept.AddRange(members.AsSpan(held));
        }
        return (InOrder(dataset, kept), InOrder(dataset, heldOut));
    }

    /// <summary>
    /// At most <paramref name="count"/> images, as evenly over the classes as their sizes allow, in the dataset's
    /// order. Subsets of one seed are nested: a smaller one lies inside a larger one.
    /// </summary>
    /// <exception cref="ConfigurationException">Fewer images than classes are asked for.</exception>
    public static ImageDataset Limit(ImageDataset dataset, int count, Seeds seeds)
    {
        if (count >= dataset.Count)
        {
            return dataset;
        }
        var classes = ShuffledClasses(dataset, seeds, "limit").Where(members => members.Length > 0).ToArray();
        if (count < classes.Length)
        {
            throw new ConfigurationException(
                $"train limit: {count}, expected at least {classes.Length} to have an image of every class");
        }
        // Round after round takes one image of every class that has any left.
        var chosen = new List<int>(count);
        for (var round = 0; chosen.Count < count; round++)
        {
            foreach (var members in classes)
            {
                if (round < members.Length && chosen.Count < count)
                {
                    chosen.Add(members[round]);
                }
            }
        }
        return InOrder(dataset, chosen);
    }

    private static int[][] ShuffledClasses(ImageDataset dataset, Seeds seeds, string name)
    {
        var classes = Array.ConvertAll(dataset.ClassCounts(), count => new int[count]);
        var filled = new int[classes.Length];
        for (var index = 0; index < dataset.Count; index++)
        {
            var label = dataset.Label(index);
            classes[label][filled[label]++] = index;
        }
        for (var label = 0; label < classes.Length; label++)
        {
            seeds.Generator($"{Seeds.Split}/{name}", label).Shuffle<int>(classes[label]);
        }
        return classes;
    }

    private static ImageDataset InOrder(ImageDataset dataset, List<int> indices)
    {
        indices.Sort();
        return dataset.Subset(indices);
    }
}

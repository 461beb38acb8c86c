// How unevenly the classes are represented: a number, a sentence for the user, and weights for a loss that is to count
// every class alike.
namespace GateConnect.Data;

/// <summary>The images of each class of a dataset, compared.</summary>
public sealed class ClassBalance
{
    /// <summary>Up to this ratio of the largest to the smallest class nothing is said.</summary>
    public const double UnremarkableRatio = 1.5;

    private readonly IReadOnlyList<string> classNames;
    private readonly int[] counts;

    private ClassBalance(IReadOnlyList<string> classNames, int[] counts) => (this.classNames, this.counts) = (classNames, counts);

    /// <summary>Counts the classes of <paramref name="dataset"/>.</summary>
    public static ClassBalance Of(ImageDataset dataset) => new(dataset.ClassNames, dataset.ClassCounts());

    /// <summary>Images per class, in label order.</summary>
    public IReadOnlyList<int> Counts => counts;

    /// <summary>The largest class over the smallest: 1 where all are equal, infinite where one has no image.</summary>
    public double ImbalanceRatio => (double)counts.Max() / counts.Min();

    /// <summary>One line that names the largest and the smallest class, or null up to <see cref="UnremarkableRatio"/>.</summary>
    public string? Describe()
    {
        if (ImbalanceRatio <= UnremarkableRatio)
        {
            return null;
        }
        var (most, least) = (Array.IndexOf(counts, counts.Max()), Array.IndexOf(counts, counts.Min()));
        var ratio = counts[least] == 0 ? "" : FormattableString.Invariant($" ({ImbalanceRatio:0.0} times as many)");
        return $"classes are imbalanced: '{classNames[most]}' has {counts[most]} images, '{classNames[least]}' {counts[least]}{ratio}";
    }

    /// <summary>
    /// One weight per class for the loss, inversely proportional to its count, with mean 1 over the classes that have
    /// images; 0 for a class without any.
    /// </summary>
    public float[] ClassWeights()
    {
        var inverse = Array.ConvertAll(counts, count => count == 0 ? 0.0 : 1.0 / count);
        var mean = inverse.Sum() / counts.Count(count => count > 0);
        return Array.ConvertAll(inverse, weight => (float)(weight / mean));
    }
}

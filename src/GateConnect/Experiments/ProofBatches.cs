// The real images on which a pruned or exported network must compute what the full one computes.
using GateConnect.Data;
using static TorchSharp.torch;

namespace GateConnect.Experiments;

/// <summary>A few batches of a dataset, normalised.</summary>
public static class ProofBatches
{
    private const int BatchSize = 64;
    private const int Batches = 4;

    /// <summary>At most 256 images from all over the dataset, in batches; each is disposed when the next is asked for.</summary>
    public static IEnumerable<Tensor> Of(ImageDataset images, Normalization normalization)
    {
        foreach (var batch in BatchLoader.ForEvaluation(Spread(images, Batches * BatchSize), normalization, BatchSize, CPU).Epoch(0))
        {
            yield return batch.Images;
        }
    }

    /// <summary>At most so many images from all over the dataset, as many as it has where it has fewer.</summary>
    public static ImageDataset Spread(ImageDataset images, int most)
    {
        ArgumentNullException.ThrowIfNull(images);
        var count = Math.Min(images.Count, most);
        return images.Subset([.. Enumerable.Range(0, count).Select(index => (int)((long)index * images.Count / count))]);
    }
}

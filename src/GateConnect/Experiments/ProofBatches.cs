// The real images on which a pruned or exported network must compute what the full one computes.
using GateConnect.Data;
using GateConnect.Model;
using static TorchSharp.torch;

namespace GateConnect.Experiments;

/// <summary>A few batches of a dataset, normalised.</summary>
public static class ProofBatches
{
    private const int MostImages = 256;
    private const int MostAtOnce = 64;

    /// <summary>At most 256 images from all over the dataset, in batches; each is disposed when the next is asked for.</summary>
    /// <param name="images">Where they come from.</param>
    /// <param name="normalization">Of the network.</param>
    /// <param name="network">Says how large batches may be.</param>
    public static IEnumerable<Tensor> Of(ImageDataset images, Normalization normalization, nn.Module<Tensor, Tensor> network)
    {
        var size = EvaluationBatch.Size(network, MostAtOnce);
        foreach (var batch in BatchLoader.ForEvaluation(Spread(images, MostImages), normalization, size, CPU).Epoch(0))
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

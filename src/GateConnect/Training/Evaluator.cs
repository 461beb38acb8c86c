// A network measured on images: evaluation mode, no gradients, only numbers leave.
using GateConnect.Data;
using GateConnect.Model;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>Measures networks.</summary>
public static class Evaluator
{
    private const int MostImages = 256;

    /// <summary>Loss, top-1, top-5 and confusion over all images; the network's mode is restored.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between batches.</exception>
    public static Evaluation Run(
        nn.Module<Tensor, Tensor> network, ImageDataset images, Normalization normalization,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        var wasTraining = network.training;
        network.eval();
        try
        {
            return Measure(
                network, BatchLoader.ForEvaluation(images, normalization, EvaluationBatch.Size(network, MostImages), DeviceOf(network)),
                images, cancel);
        }
        finally
        {
            network.train(wasTraining);
        }
    }

    internal static Device DeviceOf(nn.Module<Tensor, Tensor> network) => network.parameters().First().device;

    private static Evaluation Measure(
        nn.Module<Tensor, Tensor> network, BatchLoader loader, ImageDataset images, CancellationToken cancel)
    {
        var classes = images.ClassNames.Count;
        var confusion = Enumerable.Range(0, classes).Select(_ => new int[classes]).ToArray();
        var (loss, top5, offset) = (0.0, 0L, 0);
        var mistakes = new List<ConfidentMistake>();
        using var frozen = no_grad();
        foreach (var batch in loader.Epoch(0))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var logits = network.call(batch.Images);                                                   // [N, classes]
            loss += nn.functional.cross_entropy(logits, batch.Labels, reduction: nn.Reduction.Sum).item<float>();
            var (scores, best) = logits.topk(Math.Min(5, classes), dim: 1);                            // [N, 5]
            top5 += best.eq(batch.Labels.unsqueeze(1)).any(1).sum().item<long>();
            var predicted = best.select(1, 0).contiguous().data<long>().ToArray();
            var labels = batch.Labels.data<long>().ToArray();
            var probabilities = (scores.select(1, 0) - logits.logsumexp(1)).exp().data<float>().ToArray(); // [N]
            for (var index = 0; index < labels.Length; index++)
            {
                confusion[labels[index]][predicted[index]]++;
                if (labels[index] != predicted[index])
                {
                    mistakes.Add(new ConfidentMistake(offset + index, (int)labels[index], (int)predicted[index], probabilities[index]));
                }
            }
            offset += labels.Length;
        }
        var correct = confusion.Select((row, label) => row[label]).Sum();
        return new Evaluation(
            images.Count, loss / images.Count, 100.0 * correct / images.Count, 100.0 * top5 / images.Count, confusion)
        {
            Mistakes = MostConfident(mistakes),
        };
    }

    private static ConfidentMistake[] MostConfident(List<ConfidentMistake> mistakes) =>
        [.. mistakes.OrderByDescending(mistake => mistake.Probability).ThenBy(mistake => mistake.Image).Take(Evaluation.MostMistakes)];
}

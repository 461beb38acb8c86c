// The proof on real images that an ONNX file computes what its network computes: both score the same images, the file through
// ONNX Runtime from raw pixels or normalised ones, whichever it reads. As for pruning, the difference is taken relative to the
// largest logit, by which rounding grows.
using System.Globalization;
using System.Numerics.Tensors;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Export;

/// <summary>What the comparison of an ONNX file with its network found.</summary>
/// <param name="Images">Images compared; at least 1.</param>
/// <param name="MaxAbsoluteDifference">Between any two logits.</param>
/// <param name="LogitScale">The largest absolute logit of the network.</param>
/// <param name="TorchCorrect">Images whose class the network found.</param>
/// <param name="OnnxCorrect">Images whose class the file found.</param>
public sealed record OnnxParity(long Images, double MaxAbsoluteDifference, double LogitScale, int TorchCorrect, int OnnxCorrect)
{
    /// <summary>How far logits may differ, relative to the largest logit seen.</summary>
    public const double Tolerance = 1e-4;

    private const int MostAtOnce = 64;

    /// <summary>Compares.</summary>
    /// <param name="model">The network as it was before export; stays the caller's.</param>
    /// <param name="file">The file that is to be written.</param>
    /// <param name="images">Of the network's shape, at least one.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <exception cref="VerificationException">They differ by more than <see cref="Tolerance"/>, or a logit is not finite.</exception>
    internal static OnnxParity Check(LoadedModel model, OnnxFile file, ImageDataset images, CancellationToken cancel)
    {
        using var session = new OnnxSession(file, get_num_threads());
        using var frozen = no_grad();
        var wasTraining = model.Network.training;
        model.Network.eval();
        try
        {
            var (parity, precision) = (new OnnxParity(0, 0, 0, 0, 0), model.Network.parameters().First().dtype);
            var size = EvaluationBatch.Size(model.Network, MostAtOnce);
            foreach (var batch in BatchLoader.ForEvaluation(images, model.Header.Normalization, size, CPU).Epoch(0))
            {
                cancel.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var expected = model.Network.call(batch.Images.to(precision)).to(ScalarType.Float32).contiguous().data<float>().ToArray();
                int[] indices = [.. Enumerable.Range((int)parity.Images, (int)batch.Images.shape[0])];
                var found = session.Score([.. indices.Select(index => images.Pixels(index).ToArray())]);
                parity = parity.With(expected, found, [.. indices.Select(images.Label)]);
            }
            return parity.Verdict(file.Path);
        }
        finally
        {
            model.Network.train(wasTraining);
        }
    }

    private OnnxParity With(float[] expected, float[] found, int[] labels)
    {
        var classes = expected.Length / labels.Length;
        // Math.Max hands NaN on, so that it cannot hide behind a later batch.
        return new OnnxParity(
            Images + labels.Length,
            expected.Zip(found, (one, other) => (double)Math.Abs(one - other)).Aggregate(MaxAbsoluteDifference, Math.Max),
            expected.Select(value => (double)Math.Abs(value)).Aggregate(LogitScale, Math.Max),
            TorchCorrect + Correct(expected, classes, labels),
            OnnxCorrect + Correct(found, classes, labels));
    }

    private static int Correct(float[] scores, int classes, int[] labels) =>
        labels.Where((label, row) => TensorPrimitives.IndexOfMax(scores.AsSpan(row * classes, classes)) == label).Count();

    private OnnxParity Verdict(string path) =>
        MaxAbsoluteDifference <= Tolerance * LogitScale && double.IsFinite(LogitScale)
            ? this
            : throw new VerificationException($"{path}: ONNX Runtime computes something else: logits differ by up to " + string.Create(
                CultureInfo.InvariantCulture,
                $"{MaxAbsoluteDifference:G3} on {Images} images, allowed {Tolerance:G1} of the largest logit {LogitScale:G3}; nothing was written"));
}

// What a predictor says of one image.
using System.Numerics.Tensors;
using GateConnect.Runtime;

namespace GateConnect.Export;

/// <summary>The class of an image.</summary>
/// <param name="ClassName">The most likely class.</param>
/// <param name="ClassIndex">Its index, from 0.</param>
/// <param name="Probability">How likely, 0 to 1.</param>
/// <param name="Probabilities">Of every class, in the order of <see cref="Predictor.ClassNames"/>; they sum to 1.</param>
public sealed record Prediction(string ClassName, int ClassIndex, float Probability, IReadOnlyList<float> Probabilities)
{
    /// <summary>Class indices from the most likely down; of equal ones the lower first.</summary>
    /// <param name="count">How many at most.</param>
    public IReadOnlyList<int> Top(int count) =>
        [.. Enumerable.Range(0, Probabilities.Count).OrderByDescending(label => Probabilities[label]).Take(count)];

    /// <summary>The softmax of one row of logits.</summary>
    internal static Prediction Of(ReadOnlySpan<float> logits, IReadOnlyList<string> classNames)
    {
        var probabilities = new float[logits.Length];
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), probabilities); // SoftMax itself overflows
        TensorPrimitives.SoftMax(probabilities, probabilities);
        var best = TensorPrimitives.IndexOfMax(logits);
        return new Prediction(classNames[best], best, probabilities[best], probabilities);
    }
}

/// <summary>What became of one file of many.</summary>
/// <param name="Path">The file.</param>
/// <param name="Prediction">What it shows, or null where it cannot be read.</param>
/// <param name="Failure">Why it cannot be read, or null.</param>
public sealed record FilePrediction(string Path, Prediction? Prediction, DataException? Failure);

// An ONNX model in ONNX Runtime. Images come as the bytes that decoders give, planes one after another, and are laid out as
// the model's input asks for. Thread-safe, as ONNX Runtime's sessions are.
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace GateConnect.Export;

/// <summary>A loaded model. Owns native memory: dispose it.</summary>
internal sealed class OnnxSession : IImageClassifier
{
    private readonly OnnxFile file;
    private readonly InferenceSession session;
    private readonly RunOptions run = new();
    private readonly string input;
    private readonly ImageTransform transform;

    /// <param name="file">The model.</param>
    /// <param name="threads">Threads of one batch.</param>
    /// <exception cref="ModelFileException">ONNX Runtime refuses it.</exception>
    internal OnnxSession(OnnxFile file, int threads)
    {
        this.file = file;
        input = file.Input == OnnxInput.Pixels ? OnnxRules.Pixels : OnnxRules.Images;
        transform = new ImageTransform(file.Header.Blueprint.Image, file.Header.Normalization, Augmentation.None, default);
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        try
        {
            session = new InferenceSession(file.Bytes, options);
        }
        catch (OnnxRuntimeException refusal)
        {
            throw Refused(refusal);
        }
    }

    /// <inheritdoc/>
    public ModelHeader Header => file.Header;

    /// <inheritdoc/>
    public float[] Score(IReadOnlyList<byte[]> images)
    {
        var scores = new float[images.Count * Header.Blueprint.Classes];
        var batch = file.BatchSize ?? Math.Max(1, images.Count);
        for (var first = 0; first < images.Count; first += batch)
        {
            var part = images.Skip(first).Take(batch).ToArray();
            var found = file.Input == OnnxInput.Pixels ? Run(Interleaved(part, batch), batch) : Run(Normalized(part, batch), batch);
            found.AsSpan(0, part.Length * Header.Blueprint.Classes).CopyTo(scores.AsSpan(first * Header.Blueprint.Classes));
        }
        return scores;
    }

    /// <summary>The scores of one batch in the model's own layout.</summary>
    /// <param name="values">uint8 [N, H, W, channels] or float [N, channels, H, W].</param>
    /// <param name="batch">N.</param>
    /// <returns>[N * classes].</returns>
    internal float[] Run<T>(T[] values, int batch)
        where T : unmanaged
    {
        var image = Header.Blueprint.Image;
        long[] shape = file.Input == OnnxInput.Pixels
            ? [batch, image.Height, image.Width, image.Channels]
            : [batch, image.Channels, image.Height, image.Width];
        try
        {
            using var tensor = OrtValue.CreateTensorValueFromMemory(values, shape);
            using var results = session.Run(run, [input], [tensor], [OnnxRules.Logits]);
            var scores = results[0].GetTensorDataAsSpan<float>();
            return scores.Length == batch * Header.Blueprint.Classes
                ? scores.ToArray()
                : throw new ModelFileException(
                    $"{file.Path}: gives {scores.Length} scores for {batch} images of {Header.Blueprint.Classes} classes; the file is damaged");
        }
        catch (OnnxRuntimeException refusal)
        {
            throw Refused(refusal);
        }
    }

    public void Dispose()
    {
        session.Dispose();
        run.Dispose();
    }

    private byte[] Interleaved(byte[][] images, int batch)
    {
        var image = Header.Blueprint.Image;
        var plane = image.Height * image.Width;
        var values = new byte[batch * image.ByteCount];
        for (var index = 0; index < images.Length; index++)
        {
            var target = values.AsSpan(index * image.ByteCount, image.ByteCount);
            for (var at = 0; at < target.Length; at++)
            {
                target[at] = images[index][(at % image.Channels * plane) + (at / image.Channels)];
            }
        }
        return values;
    }

    private float[] Normalized(byte[][] images, int batch)
    {
        var image = Header.Blueprint.Image;
        var values = new float[batch * image.ByteCount];
        for (var index = 0; index < images.Length; index++)
        {
            transform.Apply(images[index], values.AsSpan(index * image.ByteCount, image.ByteCount), epoch: 0, index: 0);
        }
        return values;
    }

    private ModelFileException Refused(OnnxRuntimeException refusal) =>
        new($"{file.Path}: ONNX Runtime refuses the model: {UntrustedText.Printable(refusal.Message)}", refusal);
}

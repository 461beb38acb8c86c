// The whole way from a picture to a class for programs that only want the answer: a file is loaded once, pictures come as
// paths, streams or pixels, and are decoded, turned and resized exactly as in training.
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;

namespace GateConnect.Export;

/// <summary>
/// Classifies images by a model file or an ONNX file. Thread-safe; keep one for the life of a program, and dispose it
/// when nobody predicts any more. A model file needs libtorch, an ONNX file does not.
/// </summary>
public sealed class Predictor : IDisposable
{
    /// <summary>The largest file that is read from a stream, in bytes.</summary>
    public const int LargestStream = 256 << 20;

    private const string StreamName = "image";

    private readonly IImageClassifier classifier;
    private readonly ImageFolderOptions decoding;
    private readonly ImageDecoder decoder;

    private Predictor(IImageClassifier classifier)
    {
        this.classifier = classifier;
        decoding = new ImageFolderOptions(ImageShape.Height, default)
        {
            Colour = ImageShape.Channels == 1 ? ImageColour.Grey : ImageColour.Colour,
            Policy = UndecodablePolicy.Skip,
        };
        decoder = decoding.Decoder();
    }

    /// <summary>One name per class.</summary>
    public IReadOnlyList<string> ClassNames => classifier.Header.ClassNames;

    /// <summary>What every image becomes before the network sees it.</summary>
    public ImageShape ImageShape => classifier.Header.Blueprint.Image;

    /// <summary>Loads a file.</summary>
    /// <param name="path">A <c>.safetensors</c> file as <c>train</c> leaves it, or a <c>.onnx</c> file as <c>export</c> does.</param>
    /// <param name="options">Runtime and threads.</param>
    /// <exception cref="ModelFileException">Missing, damaged, of another version, or for images that are no squares.</exception>
    /// <exception cref="ConfigurationException">Options are out of range, or libtorch is asked to run an ONNX file.</exception>
    /// <exception cref="RuntimeUnavailableException">libtorch is needed and cannot be loaded.</exception>
    public static Predictor Load(string path, PredictorOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new PredictorOptions();
        options.Validate();
        var classifier = Classifier(path, options);
        var image = classifier.Header.Blueprint.Image;
        if (image.Height == image.Width && image.Height <= ImageFolderOptions.LargestImageSize)
        {
            return new Predictor(classifier);
        }
        classifier.Dispose();
        throw new ModelFileException($"{path}: is for images of {image}, expected squares of at most {ImageFolderOptions.LargestImageSize} pixels");
    }

    /// <summary>The class of an image file: JPEG, PNG, WebP, BMP or GIF.</summary>
    /// <exception cref="DataException">It cannot be read as an image.</exception>
    public Prediction Predict(string path) => Of([decoder.Decode(path)])[0];

    /// <summary>The class of an image file that a stream gives, read to its end; the stream stays open.</summary>
    /// <exception cref="DataException">It cannot be read as an image, or is longer than <see cref="LargestStream"/>.</exception>
    public Prediction Predict(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var file = new MemoryStream();
        var part = new byte[1 << 16];
        for (int count; (count = stream.Read(part)) > 0;)
        {
            if (file.Length + count > LargestStream)
            {
                throw new DataException($"{StreamName}: is longer than {LargestStream >> 20} MB, which no photo is");
            }
            file.Write(part, 0, count);
        }
        return Of([decoder.Decode(file.GetBuffer().AsSpan(0, (int)file.Length), StreamName)])[0];
    }

    /// <summary>The class of an image that is decoded already.</summary>
    /// <param name="pixels">[height, width, 1 or 3] bytes, red first.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <exception cref="ArgumentException">The length fits neither one nor three channels.</exception>
    public Prediction Predict(ReadOnlySpan<byte> pixels, int width, int height) =>
        Of([RawPixels.ToPlanes(pixels, width, height, ImageShape)])[0];

    /// <summary>The classes of many files, decoded in parallel and scored as one batch. A file that cannot be read does not stop the others.</summary>
    /// <param name="paths">A few hundred at most, for the sake of memory.</param>
    /// <param name="cancel">Stops the decoding.</param>
    /// <returns>One per path, in their order.</returns>
    public IReadOnlyList<FilePrediction> PredictFiles(IReadOnlyList<string> paths, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var decoded = ParallelDecoding.Run([.. paths], decoding with { Cancellation = cancel });
        var predictions = new Queue<Prediction>(Of([.. decoded.Images.OfType<byte[]>()]));
        var failures = new Queue<DataException>(decoded.Failures);
        return [.. paths.Select((path, index) => decoded.Images[index] is null
            ? new FilePrediction(path, null, failures.Dequeue())
            : new FilePrediction(path, predictions.Dequeue(), null))];
    }

    /// <inheritdoc/>
    public void Dispose() => classifier.Dispose();

    private static IImageClassifier Classifier(string path, PredictorOptions options)
    {
        if (path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            return options.Runtime != PredictionRuntime.Torch
                ? new OnnxSession(OnnxFile.Read(path), options.Threads)
                : throw new ConfigurationException($"runtime: torch does not run {path}; name the model file that it was exported from");
        }
        TorchRuntime.SetThreads(options.Threads);
        if (options.Runtime != PredictionRuntime.Onnx)
        {
            return new TorchClassifier(ModelFile.Load(path));
        }
        using var model = ModelFile.Load(path);
        return new OnnxSession(OnnxExporter.Write(path, model, new OnnxOptions()), options.Threads);
    }

    private List<Prediction> Of(IReadOnlyList<byte[]> images)
    {
        if (images.Count == 0)
        {
            return [];
        }
        var (scores, classes) = (classifier.Score(images), ClassNames.Count);
        return [.. Enumerable.Range(0, images.Count).Select(row => Prediction.Of(scores.AsSpan(row * classes, classes), ClassNames))];
    }
}

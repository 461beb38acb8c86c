// One answer for a picture, however it is handed over, whatever computes, and however many ask at once.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Export;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using SkiaSharp;

namespace GateConnect.Tests.Export;

public sealed class PredictorTests : IDisposable
{
    private const int Width = 13;
    private const int Height = 9;

    private readonly TemporaryFolder folder = new();

    public PredictorTests() => TorchRuntime.EnsureLoaded();

    public static TheoryData<ImageShape> Shapes => new() { new ImageShape(1, 8, 8), new ImageShape(3, 8, 8) };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Path_stream_and_pixels_torch_and_OnnxRuntime_give_one_answer(ImageShape shape)
    {
        var (model, onnx) = Saved(shape);
        var pixels = Pixels(7);
        var picture = Png("picture.png", pixels);
        foreach (var (file, runtime) in new[] { (model, PredictionRuntime.OfFile), (model, PredictionRuntime.Onnx), (onnx, PredictionRuntime.OfFile) })
        {
            using var predictor = Predictor.Load(file, new PredictorOptions { Runtime = runtime });
            var expected = predictor.Predict(picture);
            using var stream = File.OpenRead(picture);
            Equal(expected, predictor.Predict(stream));
            Equal(expected, predictor.Predict(pixels, Width, Height));
            using var torch = Predictor.Load(model);
            Equal(torch.Predict(picture), expected);
            Assert.Equal(1, expected.Probabilities.Sum(), 1e-5);
            Assert.Equal(expected.Probabilities.Max(), expected.Probability);
            Assert.Equal(predictor.ClassNames[expected.ClassIndex], expected.ClassName);
            Assert.Equal([expected.ClassIndex], expected.Top(1));
            Assert.Equal(3, expected.Top(99).Count);
        }
    }

    [Fact]
    public void Many_threads_share_one_predictor()
    {
        var (model, onnx) = Saved(new ImageShape(3, 8, 8));
        foreach (var file in new[] { model, onnx })
        {
            using var predictor = Predictor.Load(file);
            var pictures = Enumerable.Range(0, 8).Select(Pixels).ToArray();
            var expected = pictures.Select(picture => predictor.Predict(picture, Width, Height)).ToArray();
            Parallel.For(0, 64, turn => Equal(expected[turn % 8], predictor.Predict(pictures[turn % 8], Width, Height)));
        }
    }

    [Fact]
    public void A_file_that_cannot_be_read_stops_no_other()
    {
        using var predictor = Predictor.Load(Saved(new ImageShape(3, 8, 8)).Onnx);
        var good = Png("good.png", Pixels(1));
        var broken = Path.Combine(folder.Path, "broken.png");
        File.WriteAllBytes(broken, File.ReadAllBytes(good)[..60]);

        var answers = predictor.PredictFiles([broken, good, Path.Combine(folder.Path, "missing.png")], TestContext.Current.CancellationToken);

        Assert.Equal([false, true, false], answers.Select(answer => answer.Prediction is not null));
        Equal(predictor.Predict(good), answers[1].Prediction!);
        Assert.All([0, 2], index => Assert.Contains(answers[index].Path, answers[index].Failure!.Message, StringComparison.Ordinal));
        Assert.Contains("cannot be", Assert.Throws<DataException>(() => predictor.Predict(new MemoryStream([1, 2, 3]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lengths_runtimes_threads_and_shapes_that_do_not_fit_are_refused()
    {
        var (model, onnx) = Saved(new ImageShape(1, 8, 8));
        using var predictor = Predictor.Load(model);
        Assert.Throws<ArgumentException>(() => predictor.Predict(new byte[10], 3, 3));
        Assert.Throws<ArgumentException>(() => predictor.Predict([], 0, 0));
        Assert.Throws<ConfigurationException>(() => Predictor.Load(onnx, new PredictorOptions { Runtime = PredictionRuntime.Torch }));
        Assert.Throws<ConfigurationException>(() => Predictor.Load(onnx, new PredictorOptions { Threads = 0 }));
        Assert.Throws<ModelFileException>(() => Predictor.Load(Path.Combine(folder.Path, "missing.onnx")));
        var refusal = Assert.Throws<ModelFileException>(() => Predictor.Load(Saved(new ImageShape(1, 8, 12)).Model));
        Assert.Contains("squares", refusal.Message, StringComparison.Ordinal);
    }

    private (string Model, string Onnx) Saved(ImageShape shape)
    {
        using var model = ExportedNetworks.Branches(new NetworkSize(11, 2, 4), fanIn: 2, seed: 2, shape);
        var path = Path.Combine(folder.Path, $"{shape}.safetensors");
        ModelFile.Save(path, model.Network, model.Header);
        var onnx = Path.ChangeExtension(path, ".onnx");
        OnnxExporter.Save(onnx, model, ExportedNetworks.Images(model, 2));
        return (path, onnx);
    }

    // [height, width, red green blue].
    private static byte[] Pixels(int seed) => [.. Enumerable.Range(0, Width * Height * 3).Select(at => (byte)((at * (seed + 3)) % 251))];

    private string Png(string name, byte[] pixels)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var at = 0; at < Width * Height; at++)
        {
            bitmap.SetPixel(at % Width, at / Width, new SKColor(pixels[3 * at], pixels[(3 * at) + 1], pixels[(3 * at) + 2]));
        }
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        var path = Path.Combine(folder.Path, name);
        File.WriteAllBytes(path, data.ToArray());
        return path;
    }

    private static void Equal(Prediction expected, Prediction found)
    {
        Assert.Equal(expected.ClassIndex, found.ClassIndex);
        Assert.All(expected.Probabilities.Zip(found.Probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }
}

// From a run to what people ship, by the words they would type.
using System.Globalization;
using System.Text.Json.Nodes;
using GateConnect.Cli;
using GateConnect.Data;
using GateConnect.Runtime;
using SkiaSharp;

namespace GateConnect.Tests.Cli;

public sealed class ExportTests : IDisposable
{
    private readonly Shell shell = new();

    public void Dispose() => shell.Dispose();

    [Fact]
    public void A_run_is_exported_and_predicts_pictures_the_same_by_both_runtimes()
    {
        var (run, onnx) = (shell.In("run"), shell.In("shapes.onnx"));
        Assert.Equal(ExitCode.Done, Shell.Run([.. TrainTests.Tiny, "--out", run]).Code);
        var exported = Shell.Run("export", run, "--onnx", onnx, "--safetensors", shell.In("copy.safetensors"), "--check-images", "500", "--threads", "1", "--json");
        Assert.Equal(ExitCode.Done, exported.Code);
        Assert.InRange(exported.Json["maxRelativeDifference"]!.GetValue<double>(), 0, 1e-4);
        Assert.Equal(500, exported.Json["images"]!.GetValue<int>());
        var top1 = Shell.Run("evaluate", run, "--threads", "1", "--json").Json["top1Percent"]!.GetValue<double>();
        Assert.Equal(top1, exported.Json["onnxTop1Percent"]!.GetValue<double>(), 9);
        Assert.Equal(File.ReadAllBytes(Path.Combine(run, "model.safetensors")), File.ReadAllBytes(shell.In("copy.safetensors")));

        Pictures();
        var torch = Shell.Run("predict", run, shell.In("pictures"), "--threads", "1", "--top", "2", "--json");
        var byOnnx = Shell.Run("predict", onnx, shell.In("pictures"), "--threads", "1", "--top", "2", "--json");
        Assert.Equal((ExitCode.Done, ExitCode.Done), (torch.Code, byOnnx.Code));
        Assert.Equal(Classes(torch.Json), Classes(byOnnx.Json));
        Assert.Equal(Classes(torch.Json), Classes(Shell.Run("predict", run, shell.In("pictures"), "--runtime", "onnx", "--batch-size", "3", "--threads", "1", "--top", "2", "--json").Json));
        Assert.Equal(5, torch.Json["images"]!.AsArray().Count);
        Assert.Single(torch.Json["failures"]!.AsArray());
        Assert.Contains("1 could not be read", torch.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Data, Shell.Run("predict", onnx, shell.In("pictures/deep/broken.png"), shell.In("missing.png")).Code);
    }

    [Fact]
    public void Lines_are_the_same_in_every_culture()
    {
        var run = shell.In("run");
        Assert.Equal(ExitCode.Done, Shell.Run([.. TrainTests.Tiny, "--out", run]).Code);
        Pictures();
        string[] words = ["predict", run, shell.In("pictures"), "--threads", "1", "--csv"];
        var expected = Shell.Run(words).Output;
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal(expected, Shell.Run(words).Output);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
        var lines = expected.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("path,rank,class,probability", lines[0].TrimEnd());
        Assert.Equal(6, lines.Length);
        Assert.StartsWith($"\"{shell.In("pictures/a,\"b\".png").Replace("\"", "\"\"", StringComparison.Ordinal)}\",1,", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_exit_with_4_and_wrong_words_with_2()
    {
        File.WriteAllText(shell.In("broken.onnx"), "no model");
        Assert.Equal(ExitCode.ModelFile, Shell.Run("predict", shell.In("broken.onnx"), "x.png").Code);
        Assert.Equal(ExitCode.Configuration, Shell.Run("export", shell.In("broken.safetensors")).Code);
        var told = Shell.Run("export", "run", "--onnx", "x.onnx", "--batch", "0", "--check-images", "0");
        Assert.Equal((ExitCode.Configuration, 2), (told.Code, told.Mistakes.Length));
        Assert.Equal(3, Shell.Run("predict", "run", "x.png", "--top", "0", "--runtime", "tpu", "--csv", "--json").Mistakes.Length);
    }

    private static IEnumerable<string> Classes(JsonObject document) => document["images"]!.AsArray().Select(image =>
        $"{image!["path"]} {string.Join(',', image["classes"]!.AsArray().Select(entry => entry!["name"]!.GetValue<string>()))}");

    // Five shapes, one of them under an awkward name, and half a file.
    private void Pictures()
    {
        Directory.CreateDirectory(shell.In("pictures/deep"));
        var (shapes, _) = SyntheticShapes.Create(new ShapesOptions { TrainCount = 5, TestCount = 5, ImageSize = 16, Channels = 3, Classes = 5 }, new Seeds(3));
        for (var index = 0; index < shapes.Count; index++)
        {
            using var bitmap = new SKBitmap(new SKImageInfo(16, 16, SKColorType.Rgba8888, SKAlphaType.Opaque));
            var pixels = shapes.Pixels(index);
            for (var at = 0; at < 256; at++)
            {
                bitmap.SetPixel(at % 16, at / 16, new SKColor(pixels[at], pixels[256 + at], pixels[512 + at]));
            }
            using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(shell.In(index == 0 ? "pictures/a,\"b\".png" : $"pictures/deep/{index}.png"), data.ToArray());
        }
        File.WriteAllBytes(shell.In("pictures/deep/broken.png"), File.ReadAllBytes(shell.In("pictures/deep/1.png"))[..70]);
    }
}

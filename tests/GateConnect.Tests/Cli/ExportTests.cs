// From a run to what people ship, by the words they would type.
using System.Globalization;
using System.Text.Json.Nodes;
using GateConnect.Architecture;
using GateConnect.Cli;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Reporting;
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
        var exported = Shell.Run(
            "export", run, "--onnx", onnx, "--safetensors", shell.In("copy.safetensors"), "--check-images", "500", "--threads", "1", "--json");
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
        var batched = Shell.Run(
            "predict", run, shell.In("pictures"), "--runtime", "onnx", "--batch-size", "3", "--threads", "1", "--top", "2", "--json");
        Assert.Equal(Classes(torch.Json), Classes(batched.Json));
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

    [Fact]
    public void The_graph_is_that_of_the_model_exported_whether_from_a_run_or_a_file()
    {
        var (run, dot) = (shell.In("run"), shell.In("made/wiring.dot"));
        Assert.Equal(ExitCode.Done, Shell.Run([.. TrainTests.Tiny, "--fan-in", "1", "--out", run]).Code);
        var exported = Shell.Run(
            "export", run, "--dot", dot, "--onnx", shell.In("shapes.onnx"), "--safetensors", shell.In("copy.safetensors"),
            "--check-images", "8", "--threads", "1", "--json");
        Assert.Equal((ExitCode.Done, dot), (exported.Code, exported.Json["dot"]!.GetValue<string>()));
        Assert.True(File.Exists(shell.In("shapes.onnx")) && File.Exists(shell.In("copy.safetensors")));
        using (var model = ModelFile.Load(Path.Combine(run, "model.safetensors")))
        {
            Assert.Equal(ConnectivityDot.Write(model.Header.Blueprint, model.Header.Connectivity!), File.ReadAllText(dot));
        }

        var drawn = Shell.Run("export", shell.In("copy.safetensors"), "--dot", shell.In("file.dot"), "--threads", "1");
        Assert.Contains(shell.In("file.dot"), drawn.Output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(dot), File.ReadAllBytes(shell.In("file.dot")));
        Assert.Equal(ExitCode.Done, Shell.Run("export", Path.Combine(run, "unpruned.safetensors"), "--dot", shell.In("whole.dot"), "--threads", "1").Code);
        Assert.Contains("style=dashed", File.ReadAllText(shell.In("whole.dot")), StringComparison.Ordinal);
        Assert.DoesNotContain("style=dashed", File.ReadAllText(dot), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ResNeXt_has_no_graph_and_the_refusal_leaves_nothing()
    {
        var run = shell.In("run");
        Assert.Equal(ExitCode.Done, Shell.Run([.. TrainTests.Tiny, "--connectivity", "full", "--out", run]).Code);
        var told = Shell.Run("export", run, "--dot", shell.In("x.dot"), "--safetensors", shell.In("x.safetensors"), "--threads", "1");
        Assert.Equal((ExitCode.Configuration, 1), (told.Code, told.Mistakes.Length));
        Assert.Contains("no wiring", told.Error, StringComparison.Ordinal);
        Assert.Equal([run], Directory.GetFileSystemEntries(shell.Folder));
    }

    [Fact]
    public void A_network_that_onnx_runtime_computes_otherwise_exits_with_7_and_leaves_no_file()
    {
        SavedShapes("odd.safetensors", bias: float.NaN); // equal to nothing, itself included
        var told = Shell.Run("export", shell.In("odd.safetensors"), "--onnx", shell.In("odd.onnx"), "--check-images", "8", "--threads", "1");
        Assert.Equal(ExitCode.Verification, told.Code);
        Assert.Contains("nothing was written", told.Error, StringComparison.Ordinal);
        Assert.Equal([shell.In("odd.safetensors")], Directory.GetFiles(shell.Folder));
    }

    [Theory]
    [InlineData("--onnx")]
    [InlineData("--safetensors")]
    [InlineData("--dot")]
    public void An_output_that_cannot_be_written_exits_with_6_and_names_the_path(string option)
    {
        SavedShapes("model.safetensors");
        File.WriteAllText(shell.In("file"), "");
        Directory.CreateDirectory(shell.In("folder"));
        string[] places = [shell.In("file/out"), shell.In("folder"), "/proc/out"]; // a file as folder, a folder as file, a volume without any room
        Assert.All(places, place =>
        {
            var told = Shell.Run("export", shell.In("model.safetensors"), option, place, "--check-images", "4", "--threads", "1");
            Assert.Equal((ExitCode.Output, 1), (told.Code, told.Mistakes.Length));
            Assert.Contains(place, told.Error, StringComparison.Ordinal);
            Assert.Equal(place == "/proc/out", told.Error.Contains("/proc has 0 bytes free", StringComparison.Ordinal));
        });
        Assert.Equal(["file", "folder", "model.safetensors"], Directory.GetFileSystemEntries(shell.Folder).Select(Path.GetFileName).Order());
    }

    private static IEnumerable<string> Classes(JsonObject document) => document["images"]!.AsArray().Select(image =>
        $"{image!["path"]} {string.Join(',', image["classes"]!.AsArray().Select(entry => entry!["name"]!.GetValue<string>()))}");

    // An untrained network for the shapes that a command makes when it asks for that dataset.
    private void SavedShapes(string name, float bias = 0)
    {
        var blueprint = NetworkBlueprint.Create(new NetworkSize(11, 2, 4), new ImageShape(3, 16, 16), classes: 8);
        using var network = BranchNetwork.Create(blueprint, ConnectivityRule.Random(fanIn: 2), new Seeds(8));
        using (TorchSharp.torch.no_grad())
        using (TorchSharp.Scalar value = bias)
        {
            _ = network.named_parameters().Single(entry => entry.name == "head.bias").parameter.fill_(value);
        }
        var (shapes, _) = SyntheticShapes.Create(new ShapesOptions { TrainCount = 8, TestCount = 8, ImageSize = 16 }, new Seeds(8));
        ModelFile.Save(shell.In(name), network, ModelHeader.Of(network, Normalization.Measure(shapes), shapes));
    }

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

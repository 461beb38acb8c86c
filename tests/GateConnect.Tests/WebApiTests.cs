// The example of a web service, called over loopback as a browser would.
using System.Net;
using System.Net.Http.Json;
using GateConnect.Architecture;
using GateConnect.Examples;
using GateConnect.Export;
using GateConnect.Runtime;
using GateConnect.Tests.Export;
using GateConnect.Tests.Testing;
using SkiaSharp;

namespace GateConnect.Tests;

public sealed class WebApiTests
{
    [Fact]
    public async Task An_uploaded_picture_is_answered_with_its_class_and_anything_else_with_400()
    {
        TorchRuntime.EnsureLoaded();
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "network.onnx");
        using (var model = ExportedNetworks.Branches(new NetworkSize(11, 2, 4), fanIn: 2, seed: 2))
        {
            OnnxExporter.Save(path, model, ExportedNetworks.Images(model, 2));
        }
        var cancel = TestContext.Current.CancellationToken;
        await using var service = PredictionService.Create(["--model", path, "--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None"]);
        await service.StartAsync(cancel);
        using var client = new HttpClient { BaseAddress = new Uri(service.Urls.Single()) };

        using var good = await client.PostAsync("/predict?top=2", new ByteArrayContent(Picture()), cancel);
        var answer = await good.Content.ReadFromJsonAsync<ClassAnswer[]>(cancel);
        using var bad = await client.PostAsync("/predict", new ByteArrayContent([1, 2, 3]), cancel);

        using var predictor = Predictor.Load(path);
        var expected = predictor.Predict(new MemoryStream(Picture()));
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.Equal(2, answer!.Length);
        Assert.Equal((expected.ClassName, expected.Probability), (answer[0].ClassName, answer[0].Probability));
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        await service.StopAsync(cancel);
    }

    [Fact]
    public void Without_a_model_it_does_not_start() => Assert.Throws<ConfigurationException>(() => PredictionService.Create([]));

    private static byte[] Picture()
    {
        using var bitmap = new SKBitmap(20, 20);
        bitmap.Erase(SKColors.Orange);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}

// A web service that says what an uploaded picture shows. One predictor serves all requests: it is thread-safe.
using GateConnect.Export;
using GateConnect.Runtime;

namespace GateConnect.Examples;

/// <summary>The service. <c>--model FILE</c> is a .onnx or .safetensors file, <c>--urls</c> where it listens.</summary>
public static class PredictionService
{
    /// <summary>Loads the model, so that a wrong one is told now and not to the first caller.</summary>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        var model = builder.Configuration["model"] ?? throw new ConfigurationException("--model: missing, expected a .onnx or .safetensors file");
        var predictor = Predictor.Load(model);
        builder.Services.AddSingleton(_ => predictor); // made by a function, so the service disposes it at its end
        var app = builder.Build();
        app.MapPost("/predict", Answer);
        return app;
    }

    // The body is the image file itself; Kestrel bounds it to 30 MB.
    private static async Task<IResult> Answer(HttpRequest request, Predictor predictor, int top = 1)
    {
        using var file = new MemoryStream();
        await request.Body.CopyToAsync(file, request.HttpContext.RequestAborted);
        file.Position = 0;
        try
        {
            var prediction = predictor.Predict(file);
            return Results.Ok(prediction.Top(top).Select(label => new ClassAnswer(predictor.ClassNames[label], prediction.Probabilities[label])));
        }
        catch (DataException failure)
        {
            return Results.Problem(failure.Message, statusCode: StatusCodes.Status400BadRequest);
        }
    }
}

/// <summary>One class of the answer, a JSON list of them.</summary>
public sealed record ClassAnswer(string ClassName, float Probability);

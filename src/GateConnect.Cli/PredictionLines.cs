// Predictions as text for people, as CSV, or as one JSON document: the same facts, one image after the other.
using System.Globalization;
using System.Text.Json.Nodes;
using GateConnect.Export;
using GateConnect.Runtime;

namespace GateConnect.Cli;

/// <summary>How predictions are printed.</summary>
internal enum PredictionFormat
{
    /// <summary>A line per image.</summary>
    Text,

    /// <summary>RFC 4180, a row per image and class.</summary>
    Csv,

    /// <summary>One document at the end.</summary>
    Json,
}

/// <summary>How a command that predicts went.</summary>
internal sealed record PredictionCount(int Images, int Failed, double Seconds)
{
    /// <summary>Images that could be read, per second.</summary>
    public double ImagesPerSecond => (Images - Failed) / Math.Max(Seconds, 1e-9);
}

/// <summary>Prints predictions.</summary>
internal sealed class PredictionLines
{
    private readonly TextWriter output;
    private readonly IReadOnlyList<string> classNames;
    private readonly int top;
    private readonly PredictionFormat format;
    private readonly JsonArray images = [];
    private readonly JsonArray failures = [];

    private PredictionLines(TextWriter output, IReadOnlyList<string> classNames, int top, PredictionFormat format) =>
        (this.output, this.classNames, this.top, this.format) = (output, classNames, top, format);

    /// <summary>Begins.</summary>
    public static PredictionLines Of(TextWriter output, Predictor predictor, int top, PredictionFormat format)
    {
        if (format == PredictionFormat.Csv)
        {
            output.WriteLine("path,rank,class,probability");
        }
        return new PredictionLines(output, predictor.ClassNames, top, format);
    }

    /// <summary>One image.</summary>
    public void Add(string path, Prediction prediction)
    {
        var classes = prediction.Top(top);
        switch (format)
        {
            case PredictionFormat.Text:
                output.WriteLine($"{path}  {string.Join(", ", classes.Select(label => $"{classNames[label]} {Number(prediction, label)}"))}");
                break;
            case PredictionFormat.Csv:
                for (var rank = 0; rank < classes.Count; rank++)
                {
                    var place = (rank + 1).ToString(CultureInfo.InvariantCulture);
                    output.WriteLine($"{Field(path)},{place},{Field(classNames[classes[rank]])},{Number(prediction, classes[rank])}");
                }
                break;
            default:
                images.Add(new JsonObject
                {
                    ["path"] = path,
                    ["classes"] = new JsonArray([.. classes.Select(label => new JsonObject
                    {
                        ["name"] = classNames[label],
                        ["probability"] = prediction.Probabilities[label],
                    })]),
                });
                break;
        }
    }

    /// <summary>One image that could not be read.</summary>
    public void Add(DataException failure) => failures.Add(failure.Message);

    /// <summary>Ends.</summary>
    public void End(PredictionCount count)
    {
        if (format == PredictionFormat.Json)
        {
            JsonText.Write(output, new JsonObject
            {
                ["images"] = images,
                ["failures"] = failures,
                ["seconds"] = count.Seconds,
                ["imagesPerSecond"] = count.ImagesPerSecond,
            });
        }
    }

    private static string Number(Prediction prediction, int label) => prediction.Probabilities[label].ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Field(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

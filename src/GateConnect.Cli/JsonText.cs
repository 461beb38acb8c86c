// The one JSON document of a command.
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GateConnect.Cli;

/// <summary>Writes JSON documents.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a document and a line end.</summary>
    public static void Write(TextWriter writer, JsonObject document) => writer.WriteLine(document.ToJsonString(Indented));

    /// <summary>A list of numbers.</summary>
    public static JsonArray List(IEnumerable<int> numbers) => [.. numbers.Select(number => JsonValue.Create(number))];

    /// <summary>A number, or null where it is none.</summary>
    public static JsonNode? Finite(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;
}

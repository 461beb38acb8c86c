// How this room writes JSON: camelCase, every member, nothing unknown, indented for files people read and one line per
// record for logs. Numbers that are not finite are written as "NaN", "Infinity", "-Infinity".
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using GateConnect.Training;

namespace GateConnect.Reporting;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(Recipe))]
[JsonSerializable(typeof(EpochReport))]
[JsonSerializable(typeof(EpochTiming))]
[JsonSerializable(typeof(GateDiaryEntry))]
[JsonSerializable(typeof(NetworkTable))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;

internal static class ReportJson
{
    /// <summary>For files that people read.</summary>
    public static ReportJsonContext Indented { get; } = Context(indented: true);

    /// <summary>For one record per line.</summary>
    public static ReportJsonContext Lines { get; } = Context(indented: false);

    /// <summary>A failure's first line, without the repetition of path and position that follows it.</summary>
    public static string OneLine(Exception failure) => failure.Message.ReplaceLineEndings(" ").Trim();

    private static ReportJsonContext Context(bool indented) => new(new JsonSerializerOptions(ReportJsonContext.Default.Options)
    {
        WriteIndented = indented,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

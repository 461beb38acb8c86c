// How this room writes JSON: camelCase, every member, nothing unknown, indented for files people read and one line per
// record for logs. Numbers that are not finite are written as "NaN", "Infinity", "-Infinity".
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using GateConnect.Runtime;
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
[JsonSerializable(typeof(EvaluationRecord))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;

internal static partial class ReportJson
{
    /// <summary>No run.json or recipe is longer.</summary>
    public const long LongestRecord = 16L << 20;

    /// <summary>No log or diary is longer.</summary>
    public const long LongestLog = 1L << 30;

    /// <summary>How trees are read whose members are then looked at one by one.</summary>
    public static JsonDocumentOptions Strict { get; } = new() { AllowDuplicateProperties = false };

    /// <summary>For files that people read.</summary>
    public static ReportJsonContext Indented { get; } = Context(indented: true);

    /// <summary>For one record per line.</summary>
    public static ReportJsonContext Lines { get; } = Context(indented: false);

    /// <summary>
    /// A failure's message as one line of bounded length, without the names of types; what a damaged file brought into it reaches
    /// no terminal as it is.
    /// </summary>
    public static string OneLine(Exception failure) => UntrustedText.Printable(TypeName().Replace(failure.Message, ""));

    [GeneratedRegex(@" (?:to|for type|contained in type) '?(?:GateConnect|System)\.[\w.`+\[\],]*[\w\]]'?")]
    private static partial Regex TypeName();

    private static ReportJsonContext Context(bool indented) => new(new JsonSerializerOptions(ReportJsonContext.Default.Options)
    {
        AllowDuplicateProperties = false,
        WriteIndented = indented,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

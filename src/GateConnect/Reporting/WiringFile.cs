// Where a wiring may come from that was learned elsewhere: a run folder, its connectivity.json, or a file with nothing but
// the wiring, made by hand or by another program.
using System.Text.Json;
using GateConnect.Architecture;
using GateConnect.Runtime;

namespace GateConnect.Reporting;

/// <summary>Reads wirings.</summary>
public static class WiringFile
{
    /// <summary>The wiring of a run before pruning, or of a file.</summary>
    /// <param name="path">A run folder, a connectivity.json, or a file as <see cref="ConnectivityJson.Write"/> makes it.</param>
    /// <exception cref="DataException">There is none, or it is damaged or not learned to its end.</exception>
    public static Connectivity Read(string path)
    {
        var file = Directory.Exists(path) ? RunFolder.Open(path).ConnectivityPath : path;
        try
        {
            var text = UntrustedText.ReadAll(file, ReportJson.LongestLog);
            return Bare(file, text) ?? GateDiaryFile.Parse(file, text).Final
                ?? throw new DataException($"{file}: holds no final wiring; the run has not ended, or it is a ResNeXt, which has none");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{file}: cannot be read: {failure.Message}", failure);
        }
    }

    // Null where the text is that of a diary.
    private static Connectivity? Bare(string file, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("modules", out _)
                ? ConnectivityJson.Read(text)
                : null;
        }
        catch (Exception failure) when (failure is JsonException or FormatException)
        {
            throw new DataException($"{file}: no wiring: {ReportJson.OneLine(failure)}", failure);
        }
    }
}

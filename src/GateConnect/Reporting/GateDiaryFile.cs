// connectivity.json as text: a head, the final wiring in one line, then one line per epoch.
using System.Text;
using System.Text.Json;
using GateConnect.Architecture;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Reporting;

internal sealed record GateDiaryEntry(
    int FormatVersion,
    string Network,
    ConnectivityKind Connectivity,
    int? FanIn,
    int[] Blocks,
    JsonElement? Final,
    GateEpochEntry[] Epochs);

internal sealed record GateEpochEntry(int Epoch, JsonElement TopK, float[][][] RealGates);

internal static class GateDiaryFile
{
    private const int Format = 1;

    public static string Print(GateDiary diary)
    {
        var lines = ReportJson.Lines;
        var text = new StringBuilder("{\n");
        text.Append(Invariant.Culture, $"  \"formatVersion\": {Invariant.Text(Format)},\n");
        text.Append(Invariant.Culture, $"  \"network\": {JsonSerializer.Serialize(diary.Network, lines.String)},\n");
        text.Append(Invariant.Culture, $"  \"connectivity\": {JsonSerializer.Serialize(diary.Rule.Kind, lines.ConnectivityKind)},\n");
        text.Append(Invariant.Culture, $"  \"fanIn\": {(diary.Rule.FanIn is { } fanIn ? Invariant.Text(fanIn) : "null")},\n");
        text.Append(Invariant.Culture, $"  \"blocks\": {JsonSerializer.Serialize([.. diary.Blocks], lines.Int32Array)},\n");
        text.Append(Invariant.Culture, $"  \"final\": {(diary.Final is { } final ? ConnectivityJson.Write(final) : "null")},\n");
        text.Append("  \"epochs\": [");
        text.AppendJoin(',', diary.Epochs.Select(entry => "\n    " + JsonSerializer.Serialize(ToEntry(entry), lines.GateEpochEntry)));
        return text.Append(diary.Epochs.Length > 0 ? "\n  ]\n}\n" : "]\n}\n").ToString();
    }

    public static GateDiary Read(string path)
    {
        try
        {
            return Parse(path, UntrustedText.ReadAll(path, ReportJson.LongestLog));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>The text of a diary.</summary>
    /// <param name="path">The file that it is from.</param>
    /// <param name="text">What stands in it.</param>
    /// <exception cref="DataException">It is damaged.</exception>
    public static GateDiary Parse(string path, string text)
    {
        try
        {
            var entry = JsonSerializer.Deserialize(text, ReportJson.Lines.GateDiaryEntry)
                ?? throw new DataException($"{path}: holds null, expected an object");
            if (entry.FormatVersion != Format)
            {
                throw new DataException(
                    $"{path}: formatVersion is {Invariant.Text(entry.FormatVersion)}, expected {Invariant.Text(Format)}; "
                    + "it was written by another version of this tool");
            }
            return new GateDiary
            {
                Network = entry.Network,
                Rule = new ConnectivityRule(entry.Connectivity, entry.FanIn),
                Blocks = [.. entry.Blocks],
                Final = entry.Final is { ValueKind: JsonValueKind.Object } final ? ConnectivityJson.Read(final.GetRawText()) : null,
                Epochs = [.. entry.Epochs.Select(ToSnapshot)],
            };
        }
        catch (Exception failure) when (failure is JsonException or FormatException)
        {
            throw new DataException($"{path}: {ReportJson.OneLine(failure)}", failure);
        }
    }

    private static GateEpochEntry ToEntry(GateSnapshot snapshot)
    {
        using var wiring = JsonDocument.Parse(ConnectivityJson.Write(snapshot.TopK));
        return new GateEpochEntry(snapshot.Epoch, wiring.RootElement.Clone(), [.. snapshot.RealGates.Select(ToRows)]);
    }

    private static float[][] ToRows(float[,] gates) =>
    [
        .. Enumerable.Range(0, gates.GetLength(0)).Select(reader =>
            Enumerable.Range(0, gates.GetLength(1)).Select(source => MathF.Round(gates[reader, source], 6)).ToArray()),
    ];

    private static GateSnapshot ToSnapshot(GateEpochEntry? entry) => entry is null
        ? throw new FormatException("epochs: an entry is null, expected an object")
        : new(entry.Epoch, [.. entry.RealGates.Select(ToMatrix)], ConnectivityJson.Read(entry.TopK.GetRawText()));

    private static float[,] ToMatrix(float[]?[]? rows)
    {
        if (rows is not [{ } first, ..] || rows.Any(row => row?.Length != first.Length))
        {
            throw new FormatException("realGates: a module without rows, or with rows of unequal length");
        }
        var gates = new float[rows.Length, first.Length];
        for (var reader = 0; reader < rows.Length; reader++)
        {
            for (var source = 0; source < first.Length; source++)
            {
                gates[reader, source] = rows[reader]![source];
            }
        }
        return gates;
    }
}

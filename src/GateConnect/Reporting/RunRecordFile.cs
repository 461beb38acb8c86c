// run.json as text. The recipe is checked member by member, so that every mistake in it is named; the rest stops at
// the first, which no user edits by hand.
using System.Text.Json;
using System.Text.Json.Nodes;
using GateConnect.Runtime;

namespace GateConnect.Reporting;

internal static class RunRecordFile
{
    public static string Print(RunRecord record) => JsonSerializer.Serialize(record, ReportJson.Indented.RunRecord) + "\n";

    public static RunRecord Read(string path)
    {
        var (root, mistakes) = (Parse(path), new List<string>());
        var version = root["formatVersion"];
        if (version is null || version.ToJsonString() != Invariant.Text(RunRecord.CurrentFormat))
        {
            throw new DataException(
                $"{path}: formatVersion is {version?.ToJsonString() ?? "missing"}, expected {Invariant.Text(RunRecord.CurrentFormat)}; "
                + "it was written by another version of this tool");
        }
        if (root["recipe"] is JsonObject recipe)
        {
            root["recipe"] = RecipeTree.Complete(recipe, mistakes);
        }
        if (mistakes.Count > 0)
        {
            throw new DataException(string.Join(Environment.NewLine, mistakes.Select(mistake => $"{path}: recipe.{mistake}")));
        }
        try
        {
            var record = root.Deserialize(ReportJson.Indented.RunRecord)
                ?? throw new DataException($"{path}: holds null, expected an object");
            return record.Results is not { Test: var test } || test is { Top1Percent: >= 0 and <= 100, Top5Percent: >= 0 and <= 100 }
                ? record
                : throw new DataException(
                    $"{path}: results.test: accuracies of {Invariant.Exact(test.Top1Percent)} and {Invariant.Exact(test.Top5Percent)} %, "
                    + "expected 0 to 100");
        }
        catch (JsonException failure)
        {
            throw new DataException($"{path}: {ReportJson.OneLine(failure)}", failure);
        }
    }

    private static JsonObject Parse(string path)
    {
        try
        {
            return JsonNode.Parse(UntrustedText.ReadAll(path, ReportJson.LongestRecord), nodeOptions: null, ReportJson.Strict) as JsonObject
                ?? throw new DataException($"{path}: expected a JSON object, {{ ... }}");
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            throw new DataException($"{path}: no JSON: {ReportJson.OneLine(failure)}", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: cannot be read: {failure.Message}", failure);
        }
    }
}

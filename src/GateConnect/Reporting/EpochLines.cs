// A log of one JSON record per line and epoch. A line counts once its line feed is written: what a crash left behind
// without one is ignored by readers and cut off when the run goes on.
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using GateConnect.Runtime;

namespace GateConnect.Reporting;

internal sealed class EpochLines<T>(string path, JsonTypeInfo<T> type, Func<T, int> epochOf)
    where T : class
{
    private int? lastAppended;

    /// <summary>Keeps the lines up to this epoch and drops the rest; 0 starts anew.</summary>
    public void KeepThrough(int epoch)
    {
        var kept = File.Exists(path)
            ? string.Concat(Complete().TakeWhile(line => TryParse(line) is { } record && epochOf(record) <= epoch).Select(line => line + "\n"))
            : "";
        AtomicFile.WriteAllText(path, kept);
    }

    /// <summary>Makes these the lines of the file.</summary>
    public void Write(IReadOnlyList<T> records)
    {
        AtomicFile.WriteAllText(path, string.Concat(records.Select(Line)));
        lastAppended = records.Count > 0 ? epochOf(records[^1]) : null;
    }

    /// <summary>Adds a line; one that a failed attempt left, whole or half, is replaced.</summary>
    public void Append(T record)
    {
        if (lastAppended is { } last && epochOf(record) <= last)
        {
            KeepThrough(epochOf(record) - 1);
        }
        lastAppended = epochOf(record);
        var line = Encoding.UTF8.GetBytes(Line(record));
        try
        {
            using var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
            stream.Write(line);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"{path}: cannot be written: {failure.Message}", failure);
        }
    }

    public IReadOnlyList<T> Read()
    {
        try
        {
            return [.. Complete().Select((line, index) => TryParse(line)
                ?? throw new DataException($"{path}:{Invariant.Text(index + 1)}: not a record of this log; the file is damaged"))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: cannot be read: {failure.Message}", failure);
        }
    }

    private string Line(T record) => JsonSerializer.Serialize(record, type) + "\n";

    private string[] Complete() => UntrustedText.ReadAll(path, ReportJson.LongestLog).Split('\n')[..^1];

    private T? TryParse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

// evaluation.json: what the final network took for what on the test images. Equal runs write equal files: one line per row
// of the confusion matrix and one per mistake, probabilities rounded to 6 places.
using System.Text;
using System.Text.Json;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Reporting;

/// <summary>A measurement in detail; its summary stands in run.json (<see cref="TestResult"/>).</summary>
/// <param name="FormatVersion">The format of the file: <see cref="CurrentFormat"/>.</param>
/// <param name="Confusion">Counts, [true class][predicted class].</param>
/// <param name="Mistakes">The mistakes that the network was surest of, surest first.</param>
internal sealed record EvaluationRecord(
    int FormatVersion, IReadOnlyList<IReadOnlyList<int>> Confusion, IReadOnlyList<ConfidentMistake> Mistakes)
{
    /// <summary>The format this version writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>What is kept of an evaluation.</summary>
    public static EvaluationRecord Of(Evaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return new EvaluationRecord(
            CurrentFormat, evaluation.Confusion,
            [.. evaluation.Mistakes.Select(mistake => mistake with { Probability = Math.Round(mistake.Probability, 6) })]);
    }

    /// <summary>Writes the record under its final name in one step.</summary>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public void Write(string path)
    {
        var text = new StringBuilder("{\n");
        text.Append(Invariant.Culture, $"  \"formatVersion\": {Invariant.Text(FormatVersion)},\n");
        Append(text, "confusion", Confusion.Select(row => JsonSerializer.Serialize([.. row], ReportJson.Lines.Int32Array)));
        text.Append(",\n");
        Append(text, "mistakes", Mistakes.Select(mistake => JsonSerializer.Serialize(mistake, ReportJson.Lines.ConfidentMistake)));
        AtomicFile.WriteAllText(path, text.Append("\n}\n").ToString());
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <param name="classes">How many classes the run has; the file must fit them.</param>
    /// <exception cref="DataException">The file is missing, damaged, or of another run.</exception>
    public static EvaluationRecord Read(string path, int classes)
    {
        try
        {
            var record = JsonSerializer.Deserialize(UntrustedText.ReadAll(path, ReportJson.LongestRecord), ReportJson.Lines.EvaluationRecord)
                ?? throw new DataException($"{path}: holds null, expected an object");
            return record.Mistake(classes) is { } mistake ? throw new DataException($"{path}: {mistake}") : record;
        }
        catch (JsonException failure)
        {
            throw new DataException($"{path}: {ReportJson.OneLine(failure)}", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: cannot be read: {failure.Message}", failure);
        }
    }

    private static void Append(StringBuilder text, string name, IEnumerable<string> lines)
    {
        text.Append(Invariant.Culture, $"  \"{name}\": [").AppendJoin(',', lines.Select(line => "\n    " + line));
        text.Append(text[^1] == '[' ? "]" : "\n  ]");
    }

    private string? Mistake(int classes)
    {
        if (FormatVersion != CurrentFormat)
        {
            return $"formatVersion is {Invariant.Text(FormatVersion)}, expected {Invariant.Text(CurrentFormat)}; "
                + "it was written by another version of this tool";
        }
        if (Confusion.Count != classes || Confusion.Any(row => row is null || row.Count != classes || row.Any(count => count < 0)))
        {
            return $"confusion: expected {Invariant.Text(classes)} rows of {Invariant.Text(classes)} counts from 0 up";
        }
        return Mistakes.Any(mistake => mistake is null || mistake.Image < 0 || (uint)mistake.True >= (uint)classes || (uint)mistake.Predicted >= (uint)classes)
            ? $"mistakes: an image or class is out of range, expected classes 0 to {Invariant.Text(classes - 1)}"
            : null;
    }
}

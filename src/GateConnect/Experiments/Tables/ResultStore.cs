// Where finished runs of tables lie, one folder a run below one folder a dataset: what was reported, without weights and
// images, to be committed. Runs in progress lie elsewhere and come here whole.
using GateConnect.Reporting;
using GateConnect.Runtime;

namespace GateConnect.Experiments.Tables;

/// <summary>A finished run.</summary>
/// <param name="Path">Its folder, with forward slashes, as the store was named.</param>
/// <param name="Record">What stands in its run.json.</param>
/// <param name="Proof">The first losses that its recipe computed.</param>
public sealed record StoredRun(string Path, RunRecord Record, CodeProof Proof)
{
    /// <summary>Wall time of training in seconds, evaluation apart.</summary>
    public double Seconds => TimingLog.Read(System.IO.Path.Combine(Path, "timing.jsonl")).Sum(line => line.Seconds);
}

/// <summary>The folder of finished runs.</summary>
/// <param name="Root">Such as <c>experiments/results</c>.</param>
public sealed record ResultStore(string Root)
{
    private const string ProofName = "proof.json";

    /// <summary>Values of a recipe that are no part of a result: a run goes on with others, and is found whatever they are.</summary>
    internal static readonly string[] Untold = ["threads"];

    // Text and one picture each; a repository has no room for weights.
    private static readonly string[] Kept =
        ["run.json", "metrics.jsonl", "timing.jsonl", "connectivity.json", "evaluation.json", "connectivity.svg", "curves.svg", "summary.md"];

    /// <summary>Where a run lies, or will lie.</summary>
    public string PathOf(CellRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return $"{Root}/{run.Cell.Dataset}/{run.Name}";
    }

    /// <summary>The finished run, or null.</summary>
    /// <exception cref="DataException">Its folder is cut short or damaged.</exception>
    /// <exception cref="ConfigurationException">A run of another recipe lies in its place.</exception>
    public StoredRun? Find(CellRun run)
    {
        var path = PathOf(run);
        if (!Directory.Exists(path))
        {
            return null;
        }
        var stored = Read(path);
        var differences = RecipeDifference.Between(stored.Record.Recipe.Effective, run.Recipe.Effective, Untold);
        return differences.Count == 0
            ? stored
            : throw new ConfigurationException([$"{path}: a result of another recipe lies here; move it away to obtain this one:", .. differences]);
    }

    /// <summary>Every finished run of a dataset, by name.</summary>
    /// <exception cref="DataException">A folder is cut short, damaged, or of another version.</exception>
    public IReadOnlyList<StoredRun> All(string dataset)
    {
        var folder = $"{Root}/{dataset}";
        return Directory.Exists(folder)
            ? [.. Directory.GetDirectories(folder).Select(path => Read(path.Replace('\\', '/'))).OrderBy(run => run.Path, StringComparer.Ordinal)]
            : [];
    }

    /// <summary>Copies a complete run here, under its final name in one step.</summary>
    /// <param name="run">What was run.</param>
    /// <param name="folder">Its run folder.</param>
    /// <param name="proof">The first losses of its recipe.</param>
    /// <exception cref="OutputException">It cannot be written.</exception>
    public StoredRun Add(CellRun run, RunFolder folder, CodeProof proof)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(proof);
        var path = PathOf(run);
        var part = path + ".part";
        try
        {
            if (Directory.Exists(part))
            {
                Directory.Delete(part, recursive: true); // of a run that was ended while it copied
            }
            DurableFolder.Create(part);
            foreach (var name in Kept.Where(name => File.Exists(Path.Combine(folder.Path, name))))
            {
                File.Copy(Path.Combine(folder.Path, name), Path.Combine(part, name));
            }
            // Where the images lay is nobody's business, and no part of the result.
            var record = RunRecord.Read(folder.RecordPath);
            (record with { Recipe = record.Recipe with { Data = record.Recipe.Data with { Path = null } } }).Write(Path.Combine(part, "run.json"));
            proof.Write(Path.Combine(part, ProofName));
            Directory.Move(part, path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"{path}: the result cannot be written: {failure.Message}", failure);
        }
        return Read(path);
    }

    private static StoredRun Read(string path)
    {
        if (path.EndsWith(".part", StringComparison.Ordinal))
        {
            throw new DataException($"{path}: left by a copy that was cut short; delete it, 'experiment run' makes it again");
        }
        var record = RunRecord.Read(RunFolder.Open(path).RecordPath);
        return record is { Status: RunStatus.Complete, Results: not null }
            ? new StoredRun(path, record, CodeProof.Read($"{path}/{ProofName}"))
            : throw new DataException($"{path}: the run is not complete; delete the folder, 'experiment run' makes it again");
    }
}

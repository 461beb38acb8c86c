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
    /// <summary>Wall time of training in seconds, evaluation of held-out images included.</summary>
    public double Seconds => TimingLog.Read(RunFolder.Open(Path).TimingPath).Sum(line => line.Seconds);
}

/// <summary>The folder of finished runs.</summary>
/// <param name="Root">Such as <c>experiments/results</c>.</param>
public sealed record ResultStore(string Root)
{
    private const string ProofName = "proof.json", PartEnd = ".part";

    /// <summary>Values of a recipe that are no part of a result: a run goes on with others, and is found whatever they are.</summary>
    internal static readonly string[] Untold = ["threads"];

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

    /// <summary>Every finished run of a dataset, by name. Hidden folders are none, nor is a copy that another process is making.</summary>
    /// <exception cref="DataException">A folder is cut short, damaged, of another version, or cannot be read.</exception>
    public IReadOnlyList<StoredRun> All(string dataset)
    {
        var folder = $"{Root}/{dataset}";
        try
        {
            return Directory.Exists(folder)
                ? [.. Directory.GetDirectories(folder).Where(IsResult).Select(path => Read(path.Replace('\\', '/')))
                    .OrderBy(run => run.Path, StringComparer.Ordinal)]
                : [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{folder}: cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Makes sure, before hours are spent on it, that a result can be written.</summary>
    /// <exception cref="OutputException">It cannot.</exception>
    internal void RequireRoomFor(CellRun run)
    {
        var probe = $"{Path.GetDirectoryName(PathOf(run))}/.writable-{Invariant.Text(Environment.ProcessId)}";
        AtomicFile.WriteAllText(probe, "");
        File.Delete(probe);
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
        var part = path + PartEnd;
        try
        {
            if (Directory.Exists(part))
            {
                Directory.Delete(part, recursive: true); // of a run that was ended while it copied
            }
            DurableFolder.Create(part);
            foreach (var file in folder.PublishedPaths.Where(File.Exists))
            {
                File.Copy(file, Path.Combine(part, Path.GetFileName(file)));
            }
            // Where the images lay is nobody's business, and no part of the result.
            var record = RunRecord.Read(folder.RecordPath);
            var published = record with { Recipe = record.Recipe with { Data = record.Recipe.Data with { Path = null } } };
            published.Write(Path.Combine(part, Path.GetFileName(folder.RecordPath)));
            proof.Write(Path.Combine(part, ProofName));
            Directory.Move(part, path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"{path}: the result cannot be written: {failure.Message}", failure);
        }
        return Read(path);
    }

    private static bool IsResult(string path) => !Path.GetFileName(path).StartsWith('.') && !path.EndsWith(PartEnd, StringComparison.Ordinal);

    private static StoredRun Read(string path)
    {
        if (!RunFolder.HoldsRun(path))
        {
            throw new DataException($"{path}: holds no run.json and is no result; move the folder away, or delete it, and 'experiment run' makes it again");
        }
        try
        {
            var record = RunRecord.Read(RunFolder.Open(path).RecordPath);
            return record is { Status: RunStatus.Complete, Results: not null }
                ? new StoredRun(path, record, CodeProof.Read($"{path}/{ProofName}"))
                : throw new DataException($"{path}: the run is not complete");
        }
        catch (DataException failure)
        {
            throw new DataException($"{failure.Message}; delete the folder, and 'experiment run' makes it again", failure);
        }
    }
}

// The folder of a run, claimed: a new one gets its run.json, an old one must be of the same recipe and images.
using GateConnect.Reporting;
using GateConnect.Runtime;

namespace GateConnect.Experiments;

/// <summary>A run folder that belongs to this process.</summary>
/// <param name="Folder">Where it is.</param>
/// <param name="Claim">The lock; whoever takes this value disposes it.</param>
/// <param name="Record">What stands in run.json.</param>
internal sealed record RunPlace(RunFolder Folder, RunLock Claim, RunRecord Record)
{
    public static RunPlace Take(RunRequest request, RunData data)
    {
        var folder = RunFolder.Create(request.Folder);
        var claim = folder.Lock();
        try
        {
            var record = RunFolder.HoldsRun(folder.Path) ? GoOn(folder, request, data) : Start(request, data);
            record.Write(folder.RecordPath);
            return new RunPlace(folder, claim, record);
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    private static RunRecord Start(RunRequest request, RunData data) => new()
    {
        Status = RunStatus.Running,
        Recipe = request.Recipe,
        Dataset = data.Facts(),
        Machine = MachineFacts.Read(),
        Git = GitState.Read(Directory.GetCurrentDirectory()),
        Results = null,
    };

    private static RunRecord GoOn(RunFolder folder, RunRequest request, RunData data)
    {
        var record = RunRecord.Read(folder.RecordPath);
        List<string> differences = [.. RecipeDifference.Between(record.Recipe, request.Recipe)];
        var facts = data.Facts();
        if (facts.TrainFingerprint != record.Dataset.TrainFingerprint || facts.TestFingerprint != record.Dataset.TestFingerprint)
        {
            differences.Add($"data: the images are not those of the run ({record.Dataset.TrainImages} to train, {record.Dataset.TestImages} to test)");
        }
        return differences.Count == 0
            ? record with { Status = RunStatus.Running, Results = null }
            : throw new ConfigurationException(
                [$"{folder.Path}: a run goes on only as it began; start another with a new --out, or leave these as they were:", .. differences]);
    }
}

// The folder of a run, claimed before any work is done: a new one gets its run.json, an old one must be of the same recipe
// and images. While the run goes on, the folder is looked at before every write: one that was deleted is made again.
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Experiments;

/// <summary>A run folder that belongs to this process. Owns the lock: dispose it.</summary>
internal sealed class RunPlace : IDisposable
{
    private const string ImagesPath = "data";

    private readonly RunRequest request;
    private readonly bool wasThere;
    private RunLock claim;

    private RunPlace(RunRequest request)
    {
        this.request = request;
        wasThere = Directory.Exists(request.Folder);
        Folder = RunFolder.Create(request.Folder);
        claim = Folder.Lock();
    }

    /// <summary>Where it is.</summary>
    public RunFolder Folder { get; }

    /// <summary>What stands in run.json; null until the images are known.</summary>
    public RunRecord? Record { get; private set; }

    /// <summary>Claims the folder.</summary>
    /// <exception cref="RunInUseException">Another process has claimed it.</exception>
    /// <exception cref="OutputException">It cannot be made or written to.</exception>
    public static RunPlace Claim(RunRequest request) => new(request);

    /// <summary>Starts the run in the folder, or goes on with the one that is there.</summary>
    /// <exception cref="ConfigurationException">The run there has another recipe or other images; lists what differs.</exception>
    public void Begin(RunData data)
    {
        AtomicFile.RemoveLeftovers(Folder.Path);
        AtomicFile.RemoveLeftovers(Folder.CheckpointPath);
        Record = RunFolder.HoldsRun(Folder.Path) ? GoOn(data) : Start(data);
        Record.Write(Folder.RecordPath);
    }

    /// <summary>Writes where the run stands.</summary>
    public void Mark(RunStatus status, RunResults? results)
    {
        Record = Record! with { Status = status, Results = results };
        Record.Write(Folder.RecordPath);
    }

    /// <summary>Makes the folder again if it is gone.</summary>
    /// <param name="refill">Writes what belongs into it beside run.json.</param>
    /// <param name="note">Hears of it.</param>
    /// <exception cref="RunInUseException">Another process has made it its own.</exception>
    public void Keep(Action refill, Action<string>? note)
    {
        if (claim.IsHeld)
        {
            return;
        }
        claim.Dispose();
        claim = RunFolder.Create(Folder.Path).Lock();
        Record!.Write(Folder.RecordPath);
        refill();
        note?.Invoke($"{Folder.Path}: the run folder was gone; it has been made again");
    }

    /// <summary>Leaves no folder behind that nothing was written to.</summary>
    public void Dispose()
    {
        if (Record is null && !wasThere)
        {
            claim.Abandon();
        }
        else
        {
            claim.Dispose();
        }
    }

    private RunRecord Start(RunData data) => new()
    {
        Status = RunStatus.Running,
        Recipe = request.Recipe,
        Dataset = data.Facts(),
        Machine = MachineFacts.Read(),
        Git = GitState.Read(Directory.GetCurrentDirectory()),
        Results = null,
    };

    private RunRecord GoOn(RunData data)
    {
        var record = RunRecord.Read(Folder.RecordPath);
        List<string> differences = [.. RecipeDifference.Between(record.Recipe, request.Recipe, request.AllowedChanges)];
        var facts = data.Facts();
        if ((facts.TrainFingerprint != record.Dataset.TrainFingerprint || facts.TestFingerprint != record.Dataset.TestFingerprint)
            && !TrainingBasis.IsAllowed(ImagesPath, request.AllowedChanges))
        {
            differences.Add(
                $"{ImagesPath}: the images are not those of the run ({record.Dataset.TrainImages} to train and {record.Dataset.TestImages} to test then, "
                + $"{facts.TrainImages} and {facts.TestImages} now)");
        }
        return differences.Count == 0
            ? record with { Status = RunStatus.Running, Recipe = request.Recipe, Dataset = facts, Results = null }
            : throw new ConfigurationException([RecipeDifference.Refusal(Folder.Path), .. differences]);
    }
}

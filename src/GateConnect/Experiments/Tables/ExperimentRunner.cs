// Carries out the runs of an experiment, seed by seed, so that a table fills evenly. A run that is finished is left alone,
// one that was interrupted goes on, one that another process holds is passed over: several processes may share the work.
using GateConnect.Reporting;
using GateConnect.Runtime;

namespace GateConnect.Experiments.Tables;

/// <summary>What to run, and where.</summary>
/// <param name="Cells">The cells.</param>
/// <param name="Budgets">How much of the paper's effort is spent on each; usually one.</param>
/// <param name="Seeds">How many seeds, 1, 2, ...</param>
public sealed record ExperimentPlan(IReadOnlyList<ExperimentCell> Cells, IReadOnlyList<Budget> Budgets, int Seeds)
{
    /// <summary>Every run: seed by seed, within it budget by budget.</summary>
    public IEnumerable<CellRun> Runs =>
        from seed in Enumerable.Range(1, Seeds)
        from budget in Budgets
        from cell in Cells
        select cell.Run(budget, (ulong)seed);
}

/// <summary>How a plan ended.</summary>
/// <param name="Finished">Runs that are finished, now or before.</param>
/// <param name="Open">Runs that are not: interrupted, not begun, or another process's.</param>
public sealed record PlanOutcome(int Finished, int Open);

/// <summary>Carries out plans.</summary>
/// <param name="store">Where finished runs go.</param>
/// <param name="workFolder">Where runs in progress lie, weights and checkpoints included.</param>
public sealed class ExperimentRunner(ResultStore store, string workFolder)
{
    /// <summary>Hears of the run that comes next.</summary>
    public Action<CellRun>? OnRun { get; init; }

    /// <summary>Hears of a finished run.</summary>
    public Action<StoredRun>? OnFinished { get; init; }

    /// <summary>Trains one run to its end; default <see cref="PreparedRun.Train"/>.</summary>
    public Func<PreparedRun, RunEvents, CancellationToken, bool> Train { get; init; } = (run, events, cancel) => run.Train(events, cancel);

    /// <summary>Where datasets are looked for and fetched to; default the environment's places.</summary>
    public Data.DatasetPlaces Places { get; init; } = Data.DatasetPlaces.FromEnvironment();

    /// <summary>Runs what is not finished; before a run that takes its wiring from another, that other one, though it be none of the plan.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="dataPath">Where the images are; null for the usual places.</param>
    /// <param name="threads">Threads of libtorch.</param>
    /// <param name="events">Hears of the runs.</param>
    /// <param name="cancel">Ends the present run after its batch, with a checkpoint.</param>
    public PlanOutcome Run(ExperimentPlan plan, string? dataPath, int threads, RunEvents events, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(events);
        var (finished, open) = (0, 0);
        foreach (var run in plan.Runs)
        {
            if (Finished(run) is not null)
            {
                finished++;
            }
            else
            {
                open++;
            }
        }
        return new PlanOutcome(finished, open);

        StoredRun? Finished(CellRun run) =>
            Wired(run) is not { } wired ? null
            : store.Find(wired) ?? (cancel.IsCancellationRequested ? null : Carry(wired, dataPath, threads, events, cancel));

        CellRun? Wired(CellRun run) =>
            run.WiringOf is not { } origin ? run
            : Finished(origin) is { } learned ? run.Under(WiringFile.Read(learned.Path))
            : null;
    }

    /// <summary>The folder of a run in progress.</summary>
    public string WorkPathOf(CellRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Path.Combine(workFolder, run.Cell.Dataset, run.Name);
    }

    // Null where it did not come to its end.
    private StoredRun? Carry(CellRun run, string? dataPath, int threads, RunEvents events, CancellationToken cancel)
    {
        OnRun?.Invoke(run);
        var path = WorkPathOf(run);
        try
        {
            store.RequireRoomFor(run);
            if (!IsComplete(path) && !TrainToEnd(run, path, dataPath, threads, events, cancel))
            {
                return null;
            }
            using var claim = RunFolder.Open(path).Lock();
            var stored = store.Find(run) ?? store.Add(run, RunFolder.Open(path), CodeProof.Of(run.Recipe));
            OnFinished?.Invoke(stored);
            return stored;
        }
        catch (RunInUseException)
        {
            events.Note?.Invoke($"{path}: another process works on this run; passed over");
            return null;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    private bool TrainToEnd(CellRun run, string path, string? dataPath, int threads, RunEvents events, CancellationToken cancel)
    {
        var recipe = run.Recipe with { Threads = threads, Data = run.Recipe.Data with { Path = dataPath } };
        using var prepared = RunExecutor.Prepare(new RunRequest(recipe, path) { Places = Places, AllowedChanges = ResultStore.Untold }, events, cancel);
        if (!Train(prepared, events, cancel))
        {
            return false;
        }
        prepared.Finish(events, cancel);
        return true;
    }

    private static bool IsComplete(string path) =>
        RunFolder.HoldsRun(path) && RunRecord.Read(RunFolder.Open(path).RecordPath).Status == RunStatus.Complete;
}

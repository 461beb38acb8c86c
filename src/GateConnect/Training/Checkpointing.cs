// When a training is written down and when it goes back: between batches, after epochs, at the end; and, where it diverged
// and is to be rolled back, to an epoch's end, each time one epoch further, since the cause may lie before the effect.
using System.Diagnostics;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>Carries the state of a training to its checkpoints and back.</summary>
internal sealed class Checkpointing
{
    private readonly CheckpointOptions options;
    private readonly CheckpointStore store;
    private readonly TrainingState state;
    private readonly SortedDictionary<string, string> basis;
    private readonly bool rollsBack;
    private readonly Stopwatch sinceLast = Stopwatch.StartNew();
    private long? savedStep;

    internal Checkpointing(CheckpointOptions options, TrainingJob job, TrainingState state)
    {
        (this.options, this.state, store, basis) = (options, state, new CheckpointStore(options), TrainingBasis.Of(job));
        rollsBack = job.Options.OnDivergence == DivergencePolicy.Rollback;
    }

    /// <summary>Takes up the newest whole checkpoint, where there is one.</summary>
    internal void Restore()
    {
        using var scope = NewDisposeScope();
        using var found = store.Newest();
        if (found is not null)
        {
            Checkpoint.Restore(found.Path, found.Content, state, basis, options.AllowedChanges);
            savedStep = options.AllowedChanges.Count == 0 ? state.Step : null;
        }
        else if (rollsBack || options.First == FirstCheckpoint.BeforeFirstStep)
        {
            Save();
        }
    }

    /// <summary>Between two steps of an epoch.</summary>
    internal void AfterStep()
    {
        if (options.Interval.IsDueAfterStep(state.Step, sinceLast.Elapsed))
        {
            Save();
        }
    }

    /// <summary>After an epoch, when it has been reported.</summary>
    /// <param name="isLast">Whether the training has ended.</param>
    internal void AfterEpoch(bool isLast)
    {
        var reports = state.Reports;
        var isBest = reports[^1].HeldTop1Percent is { } held && reports.SkipLast(1).All(report => report.HeldTop1Percent < held);
        if (isLast || isBest || rollsBack || options.Interval.IsDueAfterEpoch(reports[^1].Epoch)
            || options.Interval.IsDueAfterStep(state.Step, sinceLast.Elapsed))
        {
            Save();
        }
        if (isBest)
        {
            store.KeepAsBest(state.Step);
        }
    }

    /// <summary>Writes the state, unless it stands there already.</summary>
    internal void Save()
    {
        if (savedStep != state.Step)
        {
            using var scope = NewDisposeScope();
            store.Save(state.Step, IsAnchor, Checkpoint.Tensors(state), Checkpoint.Metadata(state, basis));
            savedStep = state.Step;
        }
        sinceLast.Restart();
    }

    /// <summary>Goes back to an epoch's end, with one rollback more on the count.</summary>
    /// <exception cref="ModelFileException">No checkpoint of an epoch's end is left.</exception>
    internal void RollBack(string reason)
    {
        var (from, count) = (state.Step, state.Rollbacks + 1);
        var anchor = store.LastOf(EndOfEpochsBefore(count - 1), IsEndOfEpoch);
        using (NewDisposeScope())
        {
            using var found = CheckpointStore.Open(store.PathOf(anchor));
            Checkpoint.Restore(found.Path, found.Content, state, basis, options.AllowedChanges);
        }
        // Later checkpoints first: should the process end here, the training diverges and comes here again.
        store.DropAfter(anchor);
        (state.Rollbacks, savedStep) = (count, null);
        Save();
        options.Note?.Invoke(
            $"{reason}; back from step {from} to {anchor}, learning rates halved from here on (rollback {count} of {TrainingOptions.MostRollbacks})");
    }

    // What a rollback may still go back to.
    private bool IsAnchor(long step) => rollsBack && IsEndOfEpoch(step) && step >= EndOfEpochsBefore(TrainingOptions.MostRollbacks - 1);

    private bool IsEndOfEpoch(long step) => step % state.BatchesPerEpoch == 0;

    private long EndOfEpochsBefore(int epochs) => Math.Max(0, (state.Step / state.BatchesPerEpoch) - epochs) * state.BatchesPerEpoch;
}

// Where a training is written down, how often, how much of it is kept, and what may differ when it goes on.
using GateConnect.Runtime;

namespace GateConnect.Training;

/// <summary>When the first checkpoint is written.</summary>
public enum FirstCheckpoint
{
    /// <summary>When the interval says so; until then a training begins again from its seed.</summary>
    ByInterval,

    /// <summary>Before the first step: the weights that it starts from are then in no need of their source.</summary>
    BeforeFirstStep,
}

/// <summary>The checkpoints of a training.</summary>
/// <param name="Folder">Where they lie; made where it is missing. One training writes to it at a time.</param>
public sealed record CheckpointOptions(string Folder)
{
    /// <summary>How often; default after every epoch and every ten minutes.</summary>
    public CheckpointInterval Interval { get; init; } = CheckpointInterval.Default;

    /// <summary>When the first one is written; default by the interval.</summary>
    public FirstCheckpoint First { get; init; } = FirstCheckpoint.ByInterval;

    /// <summary>How many of the last ones are kept, 1 up; default 2. The one with the best held-out accuracy is kept besides.</summary>
    public int Keep { get; init; } = 2;

    /// <summary>How patiently they are written.</summary>
    public WritePolicy Writes { get; init; } = WritePolicy.Default;

    /// <summary>
    /// Paths whose values may differ from those of the checkpoint, such as <c>training.epochs</c>; <c>training</c> allows all below it.
    /// </summary>
    public IReadOnlyList<string> AllowedChanges { get; init; } = [];

    /// <summary>Hears, in a line, of damaged checkpoints that were passed over and of rollbacks.</summary>
    public Action<string>? Note { get; init; }

    /// <summary>Stands between a checkpoint and its file; tests let it fail.</summary>
    internal Func<Stream, Stream> Through { get; init; } = stream => stream;
}

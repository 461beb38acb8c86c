// What a run says while it goes on, as values. Whoever shows them must be quick: they are called on the run's thread.
using GateConnect.Data;
using GateConnect.Reporting;
using GateConnect.Training;

namespace GateConnect.Experiments;

/// <summary>The callbacks of a run, each optional.</summary>
public sealed record RunEvents
{
    /// <summary>No callbacks.</summary>
    public static RunEvents None { get; } = new();

    /// <summary>One line that a user should read: where data were found, what a reader skipped.</summary>
    public Action<string>? Note { get; init; }

    /// <summary>The state of a download.</summary>
    public Action<FetchProgress>? Fetch { get; init; }

    /// <summary>How many images of a folder are decoded; called from decoding threads, one call at a time.</summary>
    public Action<LoadProgress>? Load { get; init; }

    /// <summary>After every optimiser step.</summary>
    public Action<StepReport>? Step { get; init; }

    /// <summary>After every wiring that a search between the phases measured.</summary>
    public Action<SearchReport>? Search { get; init; }

    /// <summary>After every epoch, when its line is on disk.</summary>
    public Action<EpochReport, EpochTiming>? Epoch { get; init; }
}

// What a run is asked to do, and what it hands back.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Experiments;

/// <summary>A run to start or to go on with.</summary>
/// <param name="Recipe">Everything that determines its numbers.</param>
/// <param name="Folder">The run folder; made where it is not there.</param>
public sealed record RunRequest(Recipe Recipe, string Folder)
{
    /// <summary>Where datasets are looked for and fetched to; default the environment's places.</summary>
    public DatasetPlaces Places { get; init; } = DatasetPlaces.FromEnvironment();

    /// <summary>
    /// Where the network lies that the recipe starts from: a run folder or a model file. Needed until the run has a checkpoint;
    /// null otherwise.
    /// </summary>
    public string? From { get; init; }

    /// <summary>How often checkpoints are written; default after every epoch and every ten minutes.</summary>
    public CheckpointInterval CheckpointEvery { get; init; } = CheckpointInterval.Default;

    /// <summary>How many of the last checkpoints are kept; default 2.</summary>
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>What to do when the volume of the folder is full; default stop.</summary>
    public FullVolumePolicy OnFullVolume { get; init; } = FullVolumePolicy.Stop;

    /// <summary>What a step does with activations, whatever of it: the numbers are the same. Null (default): keeps them where they fit.</summary>
    public ActivationPolicy? Activations { get; init; }

    /// <summary>
    /// Values by path that may differ from those of a run that is gone on with: of the recipe, <c>data</c> for the images,
    /// <c>build</c> for the versions and the vector instructions of the machine.
    /// </summary>
    public IReadOnlyList<string> AllowedChanges { get; init; } = [];
}

/// <summary>What a complete run found.</summary>
/// <param name="Masked">The network as it was trained, on the test images.</param>
/// <param name="Pruned">The network without its dead blocks, on the same images; equal up to rounding.</param>
/// <param name="Wiring">The wiring before pruning; null for ResNeXt.</param>
/// <param name="Plan">What was pruned; null for ResNeXt.</param>
/// <param name="Before">Cost of the network as it was trained.</param>
/// <param name="After">Cost after pruning.</param>
public sealed record RunOutcome(
    Evaluation Masked, Evaluation Pruned, Connectivity? Wiring, PrunePlan? Plan, NetworkCost Before, NetworkCost After);

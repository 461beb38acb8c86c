// Everything about a saved network but its weights: what rebuilds it, and what its pixels and classes mean. No time,
// host or path, so that equal models are equal files.
using GateConnect.Architecture;
using GateConnect.Data;

namespace GateConnect.Model;

/// <summary>The description that a model file carries.</summary>
/// <param name="Form">ResNeXt, or branches with gates.</param>
/// <param name="Blueprint">The plan, after pruning where the network was pruned.</param>
/// <param name="FanIn">K: how many blocks every block reads; the cardinality for ResNeXt.</param>
/// <param name="Affine">Whose the affine of the branches' last norm is; shared for ResNeXt.</param>
/// <param name="Connectivity">Which block reads which; null for ResNeXt only.</param>
/// <param name="Normalization">Of the pixels, one mean and deviation per image channel.</param>
/// <param name="ClassNames">One name per class, in the order of the logits.</param>
/// <param name="Dataset">What the network was trained on, as a person would call it.</param>
public sealed record ModelHeader(
    NetworkForm Form,
    NetworkBlueprint Blueprint,
    int FanIn,
    LastNormAffine Affine,
    Connectivity? Connectivity,
    Normalization Normalization,
    IReadOnlyList<string> ClassNames,
    string Dataset)
{
    /// <summary>The description of a network as it stands.</summary>
    /// <param name="network">Its gates are fixed, as they are after training.</param>
    /// <param name="normalization">Of the pixels it was trained on.</param>
    /// <param name="images">What it was trained on: gives class names and the dataset's name.</param>
    /// <exception cref="InvalidOperationException">The network's gates are still being learned.</exception>
    public static ModelHeader Of(BranchNetwork network, Normalization normalization, ImageDataset images)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        return new ModelHeader(
            NetworkForm.Branches, network.Blueprint, network.FanIn, network.Options.LastNormAffine, network.Wiring(),
            normalization, images.ClassNames, images.Name);
    }

    /// <summary>The first thing in this header that does not fit the rest, or null.</summary>
    internal string? Mistake() => this switch
    {
        { Form: NetworkForm.Branches, Connectivity: null } => "a network of branches without connectivity",
        { Form: NetworkForm.ResNeXt, Connectivity: not null } => "a ResNeXt with connectivity",
        { Form: NetworkForm.ResNeXt, Affine: not LastNormAffine.Shared } => "a ResNeXt with an affine per branch",
        { Connectivity: { } wiring } when !wiring.Fits(Blueprint) => "connectivity that does not fit the blueprint's blocks",
        { Connectivity: { } wiring } when wiring.Modules.Any(module => module.FanIn != FanIn) => $"connectivity with another fan-in than {FanIn}",
        _ when FanIn < 1 || FanIn > Blueprint.Size.Cardinality => $"fan-in {FanIn} outside 1 to {Blueprint.Size.Cardinality}",
        _ when Normalization.Mean.Count != Blueprint.Image.Channels => $"{Normalization.Mean.Count} means for {Blueprint.Image.Channels} image channels",
        _ when ClassNames.Count != Blueprint.Classes => $"{ClassNames.Count} class names for {Blueprint.Classes} classes",
        _ => null,
    };
}

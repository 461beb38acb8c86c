// What goes into a training and what comes out of it, as values.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>The images of a training, and how the network sees them.</summary>
/// <param name="Train">Images to learn from.</param>
/// <param name="Held">Images measured after every epoch, or null.</param>
/// <param name="Normalization">Per-channel mean and deviation.</param>
/// <param name="Augmentation">Crops and flips of the training images.</param>
public sealed record TrainingData(ImageDataset Train, ImageDataset? Held, Normalization Normalization, Augmentation Augmentation)
{
    /// <summary>Images with their measured normalisation.</summary>
    /// <param name="train">Images to learn from; their mean and deviation are measured.</param>
    /// <param name="augmentation">Crops and flips of the training images; null for none.</param>
    /// <param name="held">Images measured after every epoch, or null.</param>
    /// <exception cref="ArgumentException">There are no training images.</exception>
    public static TrainingData Of(ImageDataset train, Augmentation? augmentation = null, ImageDataset? held = null) =>
        new(train, held, Normalization.Measure(train), augmentation ?? Augmentation.None);
}

/// <summary>A training to carry out.</summary>
/// <param name="Network">Trained in place; stays the caller's.</param>
/// <param name="Data">The images.</param>
/// <param name="Rule">How the wiring comes about.</param>
/// <param name="Options">The loop's options.</param>
/// <param name="Seeds">The master seed.</param>
public sealed record TrainingJob(
    nn.Module<Tensor, Tensor> Network, TrainingData Data, ConnectivityRule Rule, TrainingOptions Options, Seeds Seeds)
{
    /// <summary>Hears of every epoch.</summary>
    public Action<EpochReport>? OnEpoch { get; init; }

    /// <summary>Hears of every step.</summary>
    public Action<StepReport>? OnStep { get; init; }

    /// <summary>Hears of every wiring that a search measured, between the phases.</summary>
    public Action<SearchReport>? OnSearch { get; init; }

    /// <summary>Sees the gates after every epoch in which they are learned or fixed by learning.</summary>
    public Action<GateSnapshot>? OnGates { get; init; }

    /// <summary>
    /// Hears, before the first step, of what was reported before the training was interrupted; of nothing where it begins.
    /// </summary>
    public Action<IReadOnlyList<EpochReport>, IReadOnlyList<GateSnapshot>>? OnStart { get; init; }

    /// <summary>Where checkpoints are written and found; null for none.</summary>
    public CheckpointOptions? Checkpoints { get; init; }
}

/// <summary>What a training came to.</summary>
/// <param name="Completed">False where it was cancelled; the checkpoint goes on from there.</param>
/// <param name="Steps">Steps done in all.</param>
/// <param name="Connectivity">The wiring: learned, random or full; null for ResNeXt and for a cancelled phase 1.</param>
/// <param name="RealGates">The real-valued gates at the end, where they were learned.</param>
public sealed record TrainingOutcome(
    bool Completed, long Steps, Connectivity? Connectivity, IReadOnlyList<float[,]>? RealGates);

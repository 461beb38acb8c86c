// A saved network whose weights a run starts from: found, named by its checksum, held against what the run will be. No
// tensor is read here.
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Experiments;

/// <summary>A trained network on disk.</summary>
/// <param name="Path">The model file.</param>
/// <param name="Name">Of the run folder or the file, without the folders above.</param>
/// <param name="Header">What the file says about it.</param>
/// <param name="Sha256">What the file says it is.</param>
public sealed record TrainedSource(string Path, string Name, ModelHeader Header, string Sha256)
{
    /// <summary>The network of a run before pruning, or of a file.</summary>
    /// <param name="path">A run folder, or a model file, such as <c>import</c> writes.</param>
    /// <exception cref="DataException">Neither a model file nor a run folder.</exception>
    /// <exception cref="ModelFileException">Missing, damaged, or of another version.</exception>
    public static TrainedSource Open(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var run = path.EndsWith(".safetensors", StringComparison.Ordinal) ? null : RunFolder.Open(path);
        var file = run is null ? path : FileOf(run);
        var name = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(run?.Path ?? path)));
        return new TrainedSource(file, name, ModelFile.ReadHeader(file), ModelFile.ReadFingerprint(file));
    }

    /// <summary>
    /// The recipe that starts from these weights: their checksum and name, and for the rest their network, image size and
    /// normalisation. A recipe that starts from them already stays as it is.
    /// </summary>
    public Recipe Into(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.From.Sha256 == Sha256 ? recipe : recipe with
        {
            From = new StartingWeights { Sha256 = Sha256, Name = Name },
            Network = Header.Blueprint.Size.ToString(),
            Data = recipe.Data with { ImageSize = Header.Blueprint.Image.Height, Normalization = Header.Normalization.ToString() },
            LastNormAffine = OwnsStatistics ? LastNormAffine.Shared : LastNormAffine.PerBranch,
        };
    }

    /// <summary>Refuses a run that cannot start from these weights.</summary>
    /// <exception cref="ConfigurationException">Lists every reason, with its remedy where there is one.</exception>
    internal void Require(Recipe recipe, NetworkBlueprint blueprint)
    {
        var mistakes = Mistakes(recipe, blueprint).ToArray();
        if (mistakes.Length > 0)
        {
            throw new ConfigurationException(mistakes);
        }
    }

    // Whether the running statistics are those of the single branches, as training in the branch form leaves them.
    private bool OwnsStatistics => Header is { Form: NetworkForm.Branches, Affine: LastNormAffine.Shared };

    private IEnumerable<string> Mistakes(Recipe recipe, NetworkBlueprint blueprint)
    {
        var own = Header.Blueprint;
        if (Sha256 != recipe.From.Sha256)
        {
            yield return $"from.sha256: the recipe starts from {recipe.From.Sha256} ({recipe.From.Name}), but {Path} is {Sha256}";
        }
        if (own.Modules.Any(module => module.Blocks != own.Size.Cardinality))
        {
            yield return $"from: {Path} is pruned to {own.Blocks} of {own.Modules.Count * own.Size.Cardinality} blocks; "
                + "start from the network before pruning, unpruned.safetensors of its run";
        }
        if (own.Size != blueprint.Size)
        {
            yield return $"from: {Name} is a {{{own.Size}}}, but the run's network is {{{blueprint.Size}}}; leave --network out";
        }
        else if (own.Image.Channels != blueprint.Image.Channels)
        {
            yield return $"from: {Name} reads images of {own.Image}, but those of the run are {blueprint.Image}; choose images with as many channels";
        }
        else if (own.Stem != blueprint.Stem)
        {
            yield return $"from: {Name} has the stem {Text(own.Stem)}, but images of {blueprint.Image} need {Text(blueprint.Stem)}; "
                + $"take --image-size {own.Image.Height}";
        }
        if (recipe.Connectivity == ConnectivityKind.Full && Header.Form == NetworkForm.Branches)
        {
            yield return $"from: {Name} is a network of branches, whose norms no ResNeXt (connectivity full) can have; take full-branches";
        }
        if (recipe.Connectivity != ConnectivityKind.Full && !OwnsStatistics && recipe.LastNormAffine == LastNormAffine.Shared)
        {
            yield return $"lastNormAffine: Shared does not go with weights from {Name}, "
                + "whose branches cannot share one and start from the same function; take PerBranch";
        }
    }

    private static string Text(StemBlueprint stem) => $"{stem.Kernel}x{stem.Kernel}/{stem.Stride}{(stem.MaxPool ? " with max-pool" : "")}";

    private static string FileOf(RunFolder folder) =>
        File.Exists(folder.UnprunedModelPath) ? folder.UnprunedModelPath
        : File.Exists(folder.ModelPath) ? folder.ModelPath
        : throw new ModelFileException($"{folder.UnprunedModelPath}: not there yet; finish the run with: gateconnect train --resume {folder.Path}");
}

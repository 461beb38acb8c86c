// What must hold between the parts of a training before its first step, so that a mistake is one clear line and not a
// shape error in the middle of a forward pass.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>Checks jobs.</summary>
internal static class JobRules
{
    /// <exception cref="ConfigurationException">The parts do not fit each other; lists all mistakes.</exception>
    /// <exception cref="ArgumentException">The network is neither of the two forms.</exception>
    internal static void Require(TrainingJob job)
    {
        var (blueprint, options) = PlanOf(job.Network);
        List<string> mistakes = [.. job.Options.Mistakes(), .. job.Rule.Mistakes(blueprint.Size.Cardinality)];
        if ((job.Rule.Kind == ConnectivityKind.Full) != (job.Network is ResNeXt))
        {
            mistakes.Add($"network: a {job.Network.GetName()} is not the form that the rule {job.Rule} trains; make it with NetworkFactory");
        }
        else if (job.Network is BranchNetwork branches && branches.FanIn != job.Rule.FanInOf(blueprint.Size.Cardinality))
        {
            mistakes.Add($"network: its fan-in is {branches.FanIn}, but the rule is {job.Rule}");
        }
        if (options.Precision != ScalarType.Float32)
        {
            mistakes.Add($"network: its precision is {options.Precision}; training takes Float32");
        }
        if (job.Options.OnDivergence == DivergencePolicy.Rollback && job.Checkpoints is null)
        {
            mistakes.Add("training.onDivergence: rollback needs checkpoints to go back to; name a folder for them, or take stop");
        }
        if (job.Checkpoints is { Keep: < 1 } checkpoints)
        {
            mistakes.Add($"checkpoints to keep: {checkpoints.Keep} is outside 1 up");
        }
        if (job.Options.Gates.Searches && job.Data.Train.Count == 1)
        {
            mistakes.Add($"data.train: 1 image, but the rule {job.Options.Gates.Estimator.Text()} sets images aside and needs 2");
        }
        mistakes.AddRange(ImageMistakes("data.train", job.Data.Train, blueprint));
        if (job.Data.Held is { } held)
        {
            mistakes.AddRange(ImageMistakes("data.held", held, blueprint));
        }
        if (mistakes.Count > 0)
        {
            throw new ConfigurationException(mistakes);
        }
    }

    /// <summary>How the network was planned and built.</summary>
    internal static (NetworkBlueprint Blueprint, NetworkOptions Options) PlanOf(nn.Module<Tensor, Tensor> network) => network switch
    {
        BranchNetwork branches => (branches.Blueprint, branches.Options),
        ResNeXt published => (published.Blueprint, published.Options),
        _ => throw new ArgumentException($"{network.GetName()} is neither a BranchNetwork nor a ResNeXt", nameof(network)),
    };

    private static IEnumerable<string> ImageMistakes(string path, ImageDataset images, NetworkBlueprint blueprint)
    {
        if (images.Count == 0)
        {
            yield return $"{path}: no images";
        }
        if (images.Shape != blueprint.Image || images.ClassNames.Count != blueprint.Classes)
        {
            yield return $"{path}: images of {images.Shape} in {images.ClassNames.Count} classes, "
                + $"but the network takes {blueprint.Image} in {blueprint.Classes}";
        }
    }
}

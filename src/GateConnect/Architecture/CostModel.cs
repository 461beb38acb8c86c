// What a network costs, computed from its blueprint alone: parameters (gates apart), multiply-adds of the
// convolutions and the head, and the activations that a training step must keep (PERFORMANCE section 3).
namespace GateConnect.Architecture;

/// <summary>The two ways a module can be built (PAPER section 3).</summary>
public enum NetworkForm
{
    /// <summary>Every module is one grouped convolution with one batch norm after the sum: all blocks read one tensor.</summary>
    ResNeXt,

    /// <summary>Every block has its own input and its own last batch norm.</summary>
    Branches,
}

/// <summary>Whose the scale and bias of the last batch norm are in the branch form.</summary>
public enum LastNormAffine
{
    /// <summary>One scale and bias per module, shared by its branches: ResNeXt's parameter count.</summary>
    Shared,

    /// <summary>One scale and bias per branch: 2 (C - 1) d parameters more per module.</summary>
    PerBranch,
}

/// <summary>What a network costs.</summary>
/// <param name="Parameters">Trainable weights; gates are counted apart.</param>
/// <param name="Gates">Real-valued gates while they are learned, one per possible connection.</param>
/// <param name="MultiplyAdds">Per image, forward.</param>
/// <param name="ActivationBytes">Per training image: float32 activations that backward must keep.</param>
public readonly record struct NetworkCost(long Parameters, long Gates, long MultiplyAdds, long ActivationBytes);

/// <summary>Costs of a module or a network, from the blueprint.</summary>
public static class CostModel
{
    /// <summary>The cost of the whole network.</summary>
    public static NetworkCost Of(NetworkBlueprint blueprint, NetworkForm form, LastNormAffine affine = LastNormAffine.Shared)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        var total = Stem(blueprint);
        for (var index = 0; index < blueprint.Modules.Count; index++)
        {
            var module = OfModule(blueprint, index, form, affine);
            total = new NetworkCost(
                total.Parameters + module.Parameters,
                total.Gates + module.Gates,
                total.MultiplyAdds + module.MultiplyAdds,
                total.ActivationBytes + module.ActivationBytes);
        }
        var head = (long)blueprint.HeadChannels * blueprint.Classes;
        return total with
        {
            Parameters = total.Parameters + head + blueprint.Classes,
            MultiplyAdds = total.MultiplyAdds + head,
        };
    }

    /// <summary>The cost of module <paramref name="index"/> alone.</summary>
    public static NetworkCost OfModule(
        NetworkBlueprint blueprint, int index, NetworkForm form, LastNormAffine affine = LastNormAffine.Shared)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        var module = blueprint.Modules[index];
        var (before, after) = (Pixels(index == 0 ? blueprint.StemOutput : blueprint.OutputOf(index - 1)), Pixels(blueprint.OutputOf(index)));
        long blocks = module.Blocks, width = module.BottleneckWidth, inputs = module.InputChannels, outputs = module.OutputChannels;

        // The first module's blocks, and all of ResNeXt's, read one tensor; elsewhere every block has its own input.
        var ownInputs = form == NetworkForm.Branches && index > 0;
        var shortcuts = ownInputs ? blocks : 1;
        var lastNorms = form == NetworkForm.Branches && affine == LastNormAffine.PerBranch ? blocks : 1;
        var outputTensors = form == NetworkForm.Branches ? blocks : 1;

        var parameters = (blocks * width * (inputs + 2 + (9 * width) + 2 + outputs)) + (lastNorms * 2 * outputs);
        var multiplyAdds = (blocks * width * inputs * before) + (blocks * width * ((9 * width) + outputs) * after);
        var activations = (2 * blocks * width * before) + (2 * blocks * width * after) + (outputTensors * outputs * after);
        if (module.HasProjection)
        {
            parameters += (inputs * outputs) + (2 * outputs);
            multiplyAdds += shortcuts * inputs * outputs * after;
            activations += shortcuts * outputs * after;
        }
        var gates = ownInputs ? blocks * blueprint.Modules[index - 1].Blocks : 0;
        return new NetworkCost(parameters, gates, multiplyAdds, activations * sizeof(float));
    }

    private static NetworkCost Stem(NetworkBlueprint blueprint)
    {
        var stem = blueprint.Stem;
        var weights = (long)blueprint.Image.Channels * stem.Channels * stem.Kernel * stem.Kernel;
        var (height, width) = (
            NetworkBlueprint.Strided(blueprint.Image.Height, stem.Stride), NetworkBlueprint.Strided(blueprint.Image.Width, stem.Stride));
        var pixels = (long)height * width;
        return new NetworkCost(
            weights + (2 * stem.Channels), Gates: 0, weights * pixels, 2 * stem.Channels * pixels * sizeof(float));
    }

    private static long Pixels((int Height, int Width) size) => (long)size.Height * size.Width;
}

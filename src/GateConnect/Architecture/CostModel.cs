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

/// <summary>What a module keeps per training image that is C times as large as in ResNeXt, in bytes of float32.</summary>
/// <param name="Output">What its blocks put out.</param>
/// <param name="Projection">What its shortcut puts out before the norm; 0 for the identity.</param>
internal readonly record struct WideActivations(long Output, long Projection);

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

        var ownInputs = HasOwnInputs(index, form);
        var shortcuts = ownInputs ? blocks : 1;
        var lastNorms = form == NetworkForm.Branches && affine == LastNormAffine.PerBranch ? blocks : 1;
        var wide = Wide(blueprint, index, form);

        var parameters = (blocks * width * (inputs + 2 + (9 * width) + 2 + outputs)) + (lastNorms * 2 * outputs);
        var multiplyAdds = (blocks * width * inputs * before) + (blocks * width * ((9 * width) + outputs) * after);
        var thin = (2 * blocks * width * before) + (2 * blocks * width * after);
        if (module.HasProjection)
        {
            parameters += (inputs * outputs) + (2 * outputs);
            multiplyAdds += shortcuts * inputs * outputs * after;
        }
        var gates = ownInputs ? blocks * blueprint.Modules[index - 1].Blocks : 0;
        return new NetworkCost(parameters, gates, multiplyAdds, (thin * sizeof(float)) + wide.Output + wide.Projection);
    }

    /// <summary>The wide activations of module <paramref name="index"/>.</summary>
    internal static WideActivations Wide(NetworkBlueprint blueprint, int index, NetworkForm form)
    {
        var module = blueprint.Modules[index];
        var one = module.OutputChannels * Pixels(blueprint.OutputOf(index)) * sizeof(float);
        var (outputs, projections) = (form == NetworkForm.Branches ? module.Blocks : 1, HasOwnInputs(index, form) ? module.Blocks : 1);
        return new WideActivations(outputs * one, module.HasProjection ? projections * one : 0);
    }

    /// <summary>What a forward pass alone holds at once, per image: what the largest module reads, projects and puts out.</summary>
    internal static long EvaluationBytes(NetworkBlueprint blueprint, NetworkForm form)
    {
        var (most, read) = (0L, 0L);
        for (var index = 0; index < blueprint.Modules.Count; index++)
        {
            var wide = Wide(blueprint, index, form);
            most = Math.Max(most, read + wide.Projection + wide.Output);
            read = wide.Output;
        }
        return most;
    }

    // The first module's blocks, and all of ResNeXt's, read one tensor; elsewhere every block has its own input.
    private static bool HasOwnInputs(int index, NetworkForm form) => form == NetworkForm.Branches && index > 0;

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

// How many images at a time where nothing but memory says how many: evaluation and proofs, whose numbers do not depend on it.
using GateConnect.Architecture;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Bounds batches by what their activations take.</summary>
internal static class EvaluationBatch
{
    private const long MostBytes = 3L << 29;

    /// <summary>At most <paramref name="most"/> images, fewer where a network's activations are large; at least one.</summary>
    internal static int Size(nn.Module<Tensor, Tensor> network, int most) => network switch
    {
        BranchNetwork branches => Size(branches.Blueprint, NetworkForm.Branches, most),
        ResNeXt published => Size(published.Blueprint, NetworkForm.ResNeXt, most),
        _ => most,
    };

    /// <summary>The same for a network that is planned.</summary>
    internal static int Size(NetworkBlueprint blueprint, NetworkForm form, int most) =>
        (int)Math.Clamp(MostBytes / CostModel.EvaluationBytes(blueprint, form), 1, most);
}

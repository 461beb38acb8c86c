// Global average pooling and the linear classifier.
using GateConnect.Architecture;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Keys: <c>weight</c> [classes, d], <c>bias</c> [classes].</summary>
internal sealed class Head : nn.Module<Tensor, Tensor>
{
    internal readonly Parameter weight;
    internal readonly Parameter bias;

    internal Head(NetworkBlueprint blueprint, ScalarType dtype, Device device)
        : base(nameof(Head))
    {
        weight = nn.Parameter(torch.zeros([blueprint.Classes, blueprint.HeadChannels], dtype, device));
        bias = nn.Parameter(torch.zeros(blueprint.Classes, dtype, device));
        RegisterComponents();
    }

    /// <param name="features">[N, d, H, W].</param>
    /// <returns>Logits, [N, classes].</returns>
    public override Tensor forward(Tensor features) => Classify(features, weight, bias);

    /// <summary>The same with weights of another owner.</summary>
    internal static Tensor Classify(Tensor features, Tensor weight, Tensor bias) =>
        nn.functional.linear(features.mean([2, 3]), weight, bias);
}

// The tensors of a ResNeXt by the names that torchvision and timm share, and where each goes here: a plain table that
// follows from the blueprint, so that a file is held against it before any memory is taken.
using GateConnect.Architecture;

namespace GateConnect.Export;

/// <summary>One tensor of a foreign file.</summary>
/// <param name="Name">Its name there, such as <c>layer1.0.conv3.weight</c>.</param>
/// <param name="Shape">Its shape there.</param>
/// <param name="Key">The tensor of <see cref="Model.ResNeXt"/> that it fills.</param>
internal sealed record PretrainedTensor(string Name, IReadOnlyList<long> Shape, string Key);

/// <summary>What a file of pretrained weights must hold.</summary>
internal static class PretrainedLayout
{
    internal const string HeadWeight = "fc.weight";

    private const string RunningMean = ".running_mean";

    /// <summary>Every tensor, from the stem to the head.</summary>
    internal static IReadOnlyList<PretrainedTensor> Of(NetworkBlueprint blueprint) =>
    [
        new("conv1.weight", [blueprint.Stem.Channels, blueprint.Image.Channels, blueprint.Stem.Kernel, blueprint.Stem.Kernel], "stem.weight"),
        .. Norm("bn1", blueprint.Stem.Channels, "stem.norm"),
        .. blueprint.Modules.SelectMany(module => Module(module, blueprint.Modules.Count(other => other.Stage == module.Stage && other.Index < module.Index))),
        new(HeadWeight, [blueprint.Classes, blueprint.HeadChannels], "head.weight"),
        new("fc.bias", [blueprint.Classes], "head.bias"),
    ];

    /// <summary>The counters of batches beside the norms, which a file may have or not; nothing here reads them.</summary>
    internal static IEnumerable<string> Counters(IEnumerable<PretrainedTensor> layout) => layout
        .Where(tensor => tensor.Name.EndsWith(RunningMean, StringComparison.Ordinal))
        .Select(tensor => tensor.Name[..^RunningMean.Length] + ".num_batches_tracked");

    // Branches lie beside each other: block b has rows b*w to b*w + w - 1 of conv1 and conv2, and those columns of conv3.
    private static IEnumerable<PretrainedTensor> Module(ModuleBlueprint module, int place)
    {
        var (name, key) = ($"layer{module.Stage + 1}.{place}", $"modules.{module.Index}");
        long thin = (long)module.Blocks * module.BottleneckWidth, outputs = module.OutputChannels;
        PretrainedTensor[] projection = module.HasProjection
            ? [new($"{name}.downsample.0.weight", [outputs, module.InputChannels, 1, 1], $"{key}.shortcut.weight"),
                .. Norm($"{name}.downsample.1", outputs, $"{key}.shortcut.norm")]
            : [];
        return
        [
            new($"{name}.conv1.weight", [thin, module.InputChannels, 1, 1], $"{key}.trunk.reduce"),
            .. Norm($"{name}.bn1", thin, $"{key}.trunk.reduceNorm"),
            new($"{name}.conv2.weight", [thin, module.BottleneckWidth, 3, 3], $"{key}.trunk.convolve"),
            .. Norm($"{name}.bn2", thin, $"{key}.trunk.convolveNorm"),
            new($"{name}.conv3.weight", [outputs, thin, 1, 1], $"{key}.expand"),
            .. Norm($"{name}.bn3", outputs, $"{key}.expandNorm"),
            .. projection,
        ];
    }

    private static IEnumerable<PretrainedTensor> Norm(string name, long channels, string key) =>
    [
        new($"{name}.weight", [channels], $"{key}.weight"),
        new($"{name}.bias", [channels], $"{key}.bias"),
        new(name + RunningMean, [channels], $"{key}.runningMean"),
        new($"{name}.running_var", [channels], $"{key}.runningVariance"),
    ];
}

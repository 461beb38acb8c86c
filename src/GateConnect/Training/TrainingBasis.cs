// Everything that a training's numbers depend on, as values by path: a checkpoint keeps them, and a training that goes on
// with others is another training. Where a run stops and starts is no part of it.
using System.Text.Json;
using System.Text.Json.Nodes;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>States and compares what trainings depend on.</summary>
internal static class TrainingBasis
{
    // The shapes and names of the tensors follow from these.
    private static readonly string[] Structure =
        ["network", "image", "classes", "connectivity", "fanIn", "lastNormAffine", "training.gates.estimator", "training.emaDecay"];

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    // What options were before there were any, by path.
    private static readonly SortedDictionary<string, string> Defaults =
        Flat(new JsonObject { ["training"] = JsonSerializer.SerializeToNode(new TrainingOptions(), Json) });

    /// <summary>The values of a job, by path.</summary>
    internal static SortedDictionary<string, string> Of(TrainingJob job)
    {
        var (blueprint, options) = JobRules.PlanOf(job.Network);
        var machine = MachineFacts.Read();
        var tree = new JsonObject
        {
            ["training"] = JsonSerializer.SerializeToNode(job.Options, Json),
            ["connectivity"] = JsonSerializer.SerializeToNode(job.Rule.Kind, Json),
            ["fanIn"] = job.Rule.FanIn,
            ["seed"] = job.Seeds.Master,
            ["network"] = blueprint.Size.ToString(),
            ["image"] = blueprint.Image.ToString(),
            ["classes"] = blueprint.Classes,
            ["lastNormAffine"] = options.LastNormAffine.ToString(),
            ["kernels"] = options.Kernels.ToString(),
            ["data"] = new JsonObject
            {
                ["trainImages"] = job.Data.Train.Count,
                ["heldImages"] = job.Data.Held?.Count,
                ["normalization"] = JsonSerializer.SerializeToNode(job.Data.Normalization, Json),
                ["augmentation"] = JsonSerializer.SerializeToNode(job.Data.Augmentation, Json),
            },
            ["threads"] = get_num_threads(),
            ["build"] = new JsonObject
            {
                ["gateConnect"] = machine.GateConnect,
                ["libTorch"] = machine.LibTorch,
                ["torchSharp"] = machine.TorchSharp,
                ["vectorInstructions"] = machine.VectorInstructions,
            },
        };
        return Flat(tree);
    }

    /// <summary>One line per value that differs and was not allowed to. An option that the checkpoint does not know had its default.</summary>
    /// <param name="stored">The values of the checkpoint.</param>
    /// <param name="now">The values of the job.</param>
    /// <param name="allowed">Paths, or the beginnings of paths, that may differ.</param>
    internal static IReadOnlyList<string> Differences(
        IReadOnlyDictionary<string, string> stored, IReadOnlyDictionary<string, string> now, IReadOnlyList<string> allowed) =>
    [
        .. stored.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
            .Where(path => (stored.GetValueOrDefault(path) ?? Defaults.GetValueOrDefault(path)) != now.GetValueOrDefault(path))
            .Where(path => Structure.Contains(path) || !IsAllowed(path, allowed))
            .Select(path => $"{path}: {stored.GetValueOrDefault(path) ?? "nothing"} in the checkpoint, {now.GetValueOrDefault(path) ?? "nothing"} now"
                + (Structure.Contains(path) ? ", which no run can change" : "")),
    ];

    /// <summary>Whether a path is among those that may differ, by itself or by the group that it belongs to.</summary>
    internal static bool IsAllowed(string path, IReadOnlyList<string> allowed) =>
        allowed.Any(name => path == name || path.StartsWith(name + ".", StringComparison.Ordinal));

    private static SortedDictionary<string, string> Flat(JsonObject tree)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Flatten(tree, "", values);
        return values;
    }

    private static void Flatten(JsonNode? node, string path, SortedDictionary<string, string> values)
    {
        if (node is JsonObject group)
        {
            foreach (var (name, value) in group)
            {
                Flatten(value, path.Length == 0 ? name : $"{path}.{name}", values);
            }
        }
        else
        {
            values[path] = node?.ToJsonString() ?? "null";
        }
    }
}

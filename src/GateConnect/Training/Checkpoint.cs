// Everything a training needs to go on bit for bit: weights, running statistics, momentum, average, real gates and the
// position. Draws, batches and schedule are pure functions of the position and need no place here. The file is a
// safetensors file, written whole or not at all.
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>Reads and writes the state of a <see cref="TrainingState"/>.</summary>
internal static class Checkpoint
{
    private const string Version = "1";

    internal static string PathIn(string folder) => Path.Combine(folder, "state.safetensors");

    internal static void Write(string folder, TrainingState state, string signature)
    {
        using var scope = NewDisposeScope();
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "gateconnect-checkpoint",
            ["formatVersion"] = Version,
            ["signature"] = signature,
            ["step"] = state.Step.ToString(CultureInfo.InvariantCulture),
            ["loss"] = state.Meter.LossSum.ToString("R", CultureInfo.InvariantCulture),
            ["correct"] = state.Meter.Correct.ToString(CultureInfo.InvariantCulture),
            ["images"] = state.Meter.Images.ToString(CultureInfo.InvariantCulture),
            ["topK"] = state.PreviousTopK is { } wiring ? ConnectivityJson.Write(wiring) : "",
        };
        var gates = state.Estimator?.State.Select((matrix, index) => ($"gates.{index + 1}", tensor(matrix))) ?? [];
        SafetensorsFile.Write(PathIn(folder), [.. state.Tensors, .. gates], metadata);
    }

    internal static void Read(string folder, TrainingState state, string signature)
    {
        var path = PathIn(folder);
        using var content = SafetensorsFile.Read(path);
        Require(path, content.Metadata, "format", "gateconnect-checkpoint");
        Require(path, content.Metadata, "formatVersion", Version);
        if (Value(path, content.Metadata, "signature") != signature)
        {
            throw new ConfigurationException($"{path}: was written by another recipe; start a new run or restore the recipe");
        }
        using (no_grad())
        {
            foreach (var (name, target) in state.Tensors)
            {
                target.copy_(Tensor(path, content, name, target.shape));
            }
        }
        foreach (var (matrix, index) in (state.Estimator?.State ?? []).Select((matrix, index) => (matrix, index)))
        {
            var values = Tensor(path, content, $"gates.{index + 1}", [matrix.GetLength(0), matrix.GetLength(1)]).data<float>().ToArray();
            Buffer.BlockCopy(values, 0, matrix, 0, values.Length * sizeof(float));
        }
        state.Step = Number(path, content.Metadata, "step");
        state.Meter = new EpochMeter(
            double.Parse(Value(path, content.Metadata, "loss"), CultureInfo.InvariantCulture),
            Number(path, content.Metadata, "correct"), Number(path, content.Metadata, "images"));
        var topK = Value(path, content.Metadata, "topK");
        state.PreviousTopK = topK.Length == 0 ? null : ConnectivityJson.Read(topK);
    }

    private static Tensor Tensor(string path, SafetensorsContent content, string name, long[] shape) =>
        content.Tensors.TryGetValue(name, out var tensor) && tensor.shape.SequenceEqual(shape)
            ? tensor
            : throw new ModelFileException($"{path}: no tensor '{name}' of shape [{string.Join(", ", shape)}]");

    private static string Value(string path, IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out var value) ? value : throw new ModelFileException($"{path}: no metadata '{key}'");

    private static long Number(string path, IReadOnlyDictionary<string, string> metadata, string key) =>
        long.TryParse(Value(path, metadata, key), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ModelFileException($"{path}: metadata '{key}' is no whole number");

    private static void Require(string path, IReadOnlyDictionary<string, string> metadata, string key, string expected)
    {
        if (Value(path, metadata, key) is var found && found != expected)
        {
            throw new ModelFileException($"{path}: {key} is '{found}', expected '{expected}'");
        }
    }
}

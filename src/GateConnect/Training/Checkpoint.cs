// Everything a training needs to go on bit for bit: weights, running statistics, momentum, average, real gates, what was
// reported so far and the position. Draws, batches and schedule are pure functions of the position and need no place here.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using GateConnect.Architecture;
using GateConnect.Model;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>The state of a training as tensors and texts of a safetensors file, and back.</summary>
internal static class Checkpoint
{
    internal const string Format = "gateconnect-checkpoint";

    /// <summary>The version that is written and read.</summary>
    internal const string Version = "2";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
    };

    /// <summary>The tensors to keep; those of the state itself, the others belong to the caller's scope.</summary>
    internal static IReadOnlyList<(string Name, Tensor Value)> Tensors(TrainingState state) =>
    [
        .. state.Tensors,
        .. (state.Estimator?.State ?? []).Select((matrix, index) => ($"gates.{index + 1}", tensor(matrix))),
        .. state.Snapshots.Select(snapshot => (DiaryName(snapshot.Epoch), tensor(Flat(snapshot.RealGates)))),
    ];

    /// <summary>The texts to keep.</summary>
    internal static Dictionary<string, string> Metadata(TrainingState state, IReadOnlyDictionary<string, string> basis) => new()
    {
        ["format"] = Format,
        ["formatVersion"] = Version,
        ["basis"] = JsonSerializer.Serialize(basis, Json),
        ["step"] = Text(state.Step),
        ["batchesPerEpoch"] = Text(state.BatchesPerEpoch),
        ["rollbacks"] = Text(state.Rollbacks),
        ["loss"] = state.Meter.LossSum.ToString("R", CultureInfo.InvariantCulture),
        ["correct"] = Text(state.Meter.Correct),
        ["images"] = Text(state.Meter.Images),
        ["reports"] = JsonSerializer.Serialize(state.Reports, Json),
        ["topKs"] = $"[{string.Join(',', state.Snapshots.Select(snapshot => ConnectivityJson.Write(snapshot.TopK)))}]",
    };

    /// <summary>Puts a checkpoint whose checksums hold into the state of a job.</summary>
    /// <exception cref="ConfigurationException">It depends on other values than the job; lists those that may not differ.</exception>
    /// <exception cref="ModelFileException">It lacks something.</exception>
    internal static void Restore(
        string path, SafetensorsContent content, TrainingState state, IReadOnlyDictionary<string, string> basis, IReadOnlyList<string> allowed)
    {
        var fields = new Fields(path, content);
        var differences = TrainingBasis.Differences(fields.Parse<Dictionary<string, string>>("basis"), basis, allowed);
        if (differences.Count > 0)
        {
            throw new ConfigurationException(
            [
                $"{path}: a training goes on only as it began; restore these values, or allow a change by its path (train --allow-change PATH):",
                .. differences,
            ]);
        }
        using (no_grad())
        {
            foreach (var (name, target) in state.Tensors)
            {
                target.copy_(fields.Tensor(name, target.shape));
            }
        }
        foreach (var (index, matrix) in (state.Estimator?.State ?? []).Index())
        {
            var values = fields.Tensor($"gates.{index + 1}", [matrix.GetLength(0), matrix.GetLength(1)]).data<float>().ToArray();
            Buffer.BlockCopy(values, 0, matrix, 0, values.Length * sizeof(float));
        }
        state.Rollbacks = (int)fields.Number("rollbacks");
        state.Meter = new EpochMeter(
            double.Parse(fields.Text("loss"), CultureInfo.InvariantCulture), fields.Number("correct"), fields.Number("images"));
        state.Step = Moved(fields.Number("step"), fields.Number("batchesPerEpoch"), state.BatchesPerEpoch);
        (state.Reports, state.Snapshots) = (fields.Parse<List<EpochReport>>("reports"), Snapshots(fields, state));
    }

    // With other batches an epoch has another number of them: the place within the run stays the same share of it.
    private static long Moved(long step, long batchesThen, long batchesNow) =>
        batchesThen == batchesNow ? step : (long)Math.Round((double)step * batchesNow / batchesThen);

    private static List<GateSnapshot> Snapshots(Fields fields, TrainingState state)
    {
        var wirings = fields.Parse<List<JsonElement>>("topKs");
        var shapes = state.Estimator?.RealGates.Select(matrix => (matrix.GetLength(0), matrix.GetLength(1))).ToArray() ?? [];
        return [.. wirings.Select((wiring, index) =>
        {
            var flat = fields.Tensor(DiaryName(index + 1), [shapes.Sum(shape => shape.Item1 * shape.Item2)]).data<float>().ToArray();
            return new GateSnapshot(index + 1, Matrices(flat, shapes), ConnectivityJson.Read(wiring.GetRawText()));
        })];
    }

    private static string DiaryName(int epoch) => $"diary.{Text(epoch)}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static float[] Flat(IReadOnlyList<float[,]> matrices) => [.. matrices.SelectMany(matrix => matrix.Cast<float>())];

    private static float[][,] Matrices(float[] flat, (int Readers, int Sources)[] shapes)
    {
        var (matrices, offset) = (new float[shapes.Length][,], 0);
        for (var index = 0; index < shapes.Length; index++)
        {
            matrices[index] = new float[shapes[index].Readers, shapes[index].Sources];
            Buffer.BlockCopy(flat, offset * sizeof(float), matrices[index], 0, matrices[index].Length * sizeof(float));
            offset += matrices[index].Length;
        }
        return matrices;
    }

    /// <summary>The fields of a file by name; what is missing or no number is told with the file.</summary>
    private sealed class Fields(string path, SafetensorsContent content)
    {
        internal string Text(string key) => content.Metadata.TryGetValue(key, out var value)
            ? value
            : throw new ModelFileException($"{path}: no metadata '{key}'");

        internal long Number(string key) => long.TryParse(Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ModelFileException($"{path}: metadata '{key}' is no whole number");

        internal T Parse<T>(string key)
        {
            try
            {
                return JsonSerializer.Deserialize<T>(Text(key), Json) ?? throw new JsonException("null");
            }
            catch (JsonException failure)
            {
                throw new ModelFileException($"{path}: metadata '{key}': {failure.Message}", failure);
            }
        }

        internal Tensor Tensor(string name, long[] shape) =>
            content.Tensors.TryGetValue(name, out var tensor) && tensor.shape.SequenceEqual(shape)
                ? tensor
                : throw new ModelFileException($"{path}: no tensor '{name}' of shape [{string.Join(", ", shape)}]");
    }
}

// Trainings of a second: eight-pixel shapes, the smallest network that still has two gated modules.
using System.Text.Json;
using System.Text.Json.Serialization;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Training;
using static TorchSharp.torch;

namespace GateConnect.Tests.Training;

internal sealed class TinyRuns
{
    internal static readonly Seeds Seeds = new(7);

    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private static readonly DatasetParts Shapes = SyntheticShapes.Create(
        new ShapesOptions { TrainCount = 64, TestCount = 16, ImageSize = 8, Channels = 1, Classes = 3 }, Seeds);

    internal static NetworkBlueprint Blueprint { get; } =
        NetworkBlueprint.Create(new NetworkSize(11, 2, 4), Shapes.Train.Shape, Shapes.Train.ClassNames.Count);

    internal static TrainingOptions Options { get; } = new() { Epochs = 3, BatchSize = 8, WarmUpSteps = 4, LearningRate = 0.05 };

    internal static TrainingData Data { get; } =
        new(Shapes.Train, Shapes.Test, Normalization.Measure(Shapes.Train), Augmentation.PadCropFlip(1));

    /// <summary>What was reported, as text that is equal for equal values.</summary>
    internal List<string> Reports { get; } = [];

    /// <summary>By which kernels.</summary>
    internal KernelPath Kernels { get; init; } = KernelPath.Fast;

    /// <summary>How checkpoints are written; the folder is that of <see cref="Run"/>.</summary>
    internal CheckpointOptions Checkpoints { get; init; } = new("");

    internal static nn.Module<Tensor, Tensor> Network(ConnectivityRule rule, KernelPath kernels = KernelPath.Fast) =>
        NetworkFactory.Create(Blueprint, rule, Seeds, NetworkOptions.Default with { Kernels = kernels });

    internal static TrainingJob Job(nn.Module<Tensor, Tensor> network, ConnectivityRule rule, TrainingOptions options) =>
        new(network, Data, rule, options, Seeds);

    /// <summary>Trains a fresh network until <paramref name="stop"/> steps are done, or to the end; the caller disposes it.</summary>
    internal (TrainingOutcome Outcome, nn.Module<Tensor, Tensor> Network) Run(
        ConnectivityRule rule, TrainingOptions options, string? folder = null, long? stop = null)
    {
        using var cancel = new CancellationTokenSource();
        var network = Network(rule, Kernels);
        var job = Job(network, rule, options) with
        {
            Checkpoints = folder is null ? null : Checkpoints with { Folder = folder },
            OnEpoch = report => Reports.Add(JsonSerializer.Serialize(report, Json)),
            OnGates = gates => Reports.Add($"{gates.Epoch} {Text(gates.RealGates)} {ConnectivityJson.Write(gates.TopK)}"),
            OnStep = step =>
            {
                if (step.Step == stop)
                {
                    cancel.Cancel();
                }
            },
        };
        return (Trainer.Run(job, cancel.Token), network);
    }

    /// <summary>Every bit of the network's state.</summary>
    internal static string Bits(nn.Module<Tensor, Tensor> network)
    {
        using var scope = NewDisposeScope();
        return string.Join('\n', NetworkTensors.Of(network).Select(
            entry => $"{entry.Name} {Convert.ToHexString(entry.Value.detach().contiguous().bytes)}"));
    }

    internal static string Text(IReadOnlyList<float[,]>? gates) =>
        string.Join(';', (gates ?? []).Select(matrix => string.Join(',', matrix.Cast<float>().Select(BitConverter.SingleToInt32Bits))));
}

// run.json: everything that says how a run came about and what came out. The recipe in it is complete, so that the
// file is also a configuration (--config run.json repeats the run).
using System.Text.Json.Serialization;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Reporting;

/// <summary>Where a run stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunStatus>))]
public enum RunStatus
{
    /// <summary>Started and not ended; if no process holds the folder's lock, it crashed and can be resumed.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Ended early with a checkpoint; can be resumed.</summary>
    [JsonStringEnumMemberName("interrupted")]
    Interrupted,

    /// <summary>Trained, pruned, measured and saved.</summary>
    [JsonStringEnumMemberName("complete")]
    Complete,
}

/// <summary>A run, as it stands in run.json.</summary>
public sealed record RunRecord
{
    /// <summary>The format this version writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The format of the file: <see cref="CurrentFormat"/>.</summary>
    public int FormatVersion { get; init; } = CurrentFormat;

    /// <summary>Where the run stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>The recipe, every option spelled out.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>What the run learned from and was measured on.</summary>
    public required DatasetFacts Dataset { get; init; }

    /// <summary>Machine and versions.</summary>
    public required MachineFacts Machine { get; init; }

    /// <summary>The state of the working directory's repository, or null outside of one.</summary>
    public required GitState? Git { get; init; }

    /// <summary>What came out, or null until the run is complete.</summary>
    public required RunResults? Results { get; init; }

    /// <summary>Writes the record under its final name in one step.</summary>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.WriteAllText(path, RunRecordFile.Print(this));

    /// <summary>Reads what <see cref="Write"/> wrote; unknown members are mistakes.</summary>
    /// <exception cref="DataException">The file is missing or damaged; one line per mistake, with file and place.</exception>
    public static RunRecord Read(string path) => RunRecordFile.Read(path);
}

/// <summary>The data of a run.</summary>
/// <param name="Name">A short name such as <c>cifar10</c>.</param>
/// <param name="Image">Channels x height x width, as in <c>3x32x32</c>.</param>
/// <param name="TrainImages">Images learned from.</param>
/// <param name="TrainFingerprint">SHA-256 of those images (<see cref="ImageDataset.Fingerprint"/>).</param>
/// <param name="TestImages">Images measured on.</param>
/// <param name="TestFingerprint">SHA-256 of those images.</param>
/// <param name="ClassNames">One name per class, in label order.</param>
public sealed record DatasetFacts(
    string Name,
    string Image,
    int TrainImages,
    string TrainFingerprint,
    int TestImages,
    string TestFingerprint,
    IReadOnlyList<string> ClassNames)
{
    /// <summary>Counts and fingerprints of these two parts; reads every pixel once.</summary>
    public static DatasetFacts Of(ImageDataset train, ImageDataset test)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        return new DatasetFacts(
            train.Name, train.Shape.ToString(), train.Count, train.Fingerprint(), test.Count, test.Fingerprint(), [.. train.ClassNames]);
    }
}

/// <summary>What came out of a run.</summary>
/// <param name="Test">The final network on the test images.</param>
/// <param name="Before">Cost of the network that was trained.</param>
/// <param name="After">Cost after pruning; equal to <paramref name="Before"/> where nothing was dead.</param>
/// <param name="LiveBlocks">Blocks per module after pruning; null for ResNeXt.</param>
public sealed record RunResults(TestResult Test, NetworkCost Before, NetworkCost After, IReadOnlyList<int>? LiveBlocks);

/// <summary>An evaluation without its confusion matrix.</summary>
/// <param name="Images">How many images.</param>
/// <param name="Loss">Mean cross-entropy, in nats.</param>
/// <param name="Top1Percent">Share of images whose class has the highest score.</param>
/// <param name="Top5Percent">Share of images whose class is among the five highest.</param>
/// <param name="PerClassPercent">Accuracy per class, null where a class has no image.</param>
public sealed record TestResult(
    int Images, double Loss, double Top1Percent, double Top5Percent, IReadOnlyList<double?> PerClassPercent)
{
    /// <summary>The numbers of an evaluation.</summary>
    public static TestResult Of(Evaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return new TestResult(
            evaluation.Images, evaluation.Loss, evaluation.Top1Percent, evaluation.Top5Percent,
            [.. evaluation.PerClassPercent().Select(percent => double.IsNaN(percent) ? null : (double?)percent)]);
    }
}

// The epoch reports once more, as event files that TensorBoard shows. A convenience: metrics.jsonl is the record.
using GateConnect.Runtime;
using GateConnect.Training;
using TorchSharp;
using TorchSharp.Modules;

namespace GateConnect.Reporting;

/// <summary>Writes epoch reports as TensorBoard scalars, one event file per process that trained.</summary>
internal sealed class TensorBoardLog
{
    private readonly SummaryWriter writer;
    private readonly string folder;

    /// <summary>Starts an event file in <paramref name="folder"/>, which is made if missing.</summary>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public TensorBoardLog(string folder)
    {
        this.folder = folder;
        TorchRuntime.EnsureLoaded(); // the checksums of the records come from TorchSharp's native library
        SummaryWriter? made = null;
        Guard(() =>
        {
            Directory.CreateDirectory(folder);
            made = torch.utils.tensorboard.SummaryWriter(folder, "", false);
        });
        writer = made!;
    }

    /// <summary>Adds the numbers of an epoch, with the epoch as the step.</summary>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public void Append(EpochReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Guard(() =>
        {
            Add("loss/train", report.TrainLoss, report.Epoch);
            Add("top1Percent/train", report.TrainTop1Percent, report.Epoch);
            Add("loss/held", report.HeldLoss, report.Epoch);
            Add("top1Percent/held", report.HeldTop1Percent, report.Epoch);
            Add("learningRate", report.LearningRate, report.Epoch);
            Add("gates/entropy", report.GateEntropy, report.Epoch);
            Add("gates/churn", report.GateChurn, report.Epoch);
            Add("gates/liveBlocks", report.LiveBlocks?.Sum(), report.Epoch);
        });
    }

    private void Add(string tag, double? value, int epoch)
    {
        if (value is { } number)
        {
            writer.add_scalar(tag, (float)number, epoch);
        }
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"{folder}: TensorBoard events cannot be written: {failure.Message}", failure);
        }
    }
}

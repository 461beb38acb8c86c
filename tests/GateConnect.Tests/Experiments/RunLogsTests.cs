// What the logs hold in memory is what a folder that was deleted gets back, also after a rollback has repeated epochs.
using GateConnect.Architecture;
using GateConnect.Experiments;
using GateConnect.Reporting;
using GateConnect.Tests.Testing;
using GateConnect.Tests.Training;
using GateConnect.Training;

namespace GateConnect.Tests.Experiments;

public sealed class RunLogsTests
{
    [Fact]
    public void Epochs_that_a_rollback_repeats_are_written_once()
    {
        using var temporary = new TemporaryFolder();
        var folder = RunFolder.Create(temporary["run"]);
        var logs = new RunLogs(folder, TinyRuns.Blueprint, ConnectivityRule.Random(2));
        logs.Start([], []);
        foreach (var (epoch, loss) in ((int, double)[])[(1, 1.0), (2, 2.0), (3, 3.0), (2, 2.5), (3, 3.5)])
        {
            logs.Write(logs.Epoch(new EpochReport(epoch, TrainingPhase.Weights, epoch, loss, 50, null, null, 0.1, null, null, null)));
        }
        double[] expected = [1.0, 2.5, 3.5];
        Assert.Equal(expected, MetricsLog.Read(folder.MetricsPath).Select(report => report.TrainLoss));
        logs.WriteAll();
        Assert.Equal(expected, MetricsLog.Read(folder.MetricsPath).Select(report => report.TrainLoss));
    }

    [Fact]
    public void An_epoch_that_a_folder_made_again_holds_already_is_not_written_twice()
    {
        using var temporary = new TemporaryFolder();
        var folder = RunFolder.Create(temporary["run"]);
        var logs = new RunLogs(folder, TinyRuns.Blueprint, ConnectivityRule.Random(2));
        logs.Start([], []);
        foreach (var epoch in (int[])[1, 2, 3])
        {
            var line = logs.Epoch(new EpochReport(epoch, TrainingPhase.Weights, epoch, epoch, 50, null, null, 0.1, null, null, null));
            if (epoch == 2)
            {
                Directory.Delete(folder.Path, recursive: true);
                Directory.CreateDirectory(folder.Path);
                logs.WriteAll();
            }
            logs.Write(line);
        }
        Assert.Equal([1.0, 2.0, 3.0], MetricsLog.Read(folder.MetricsPath).Select(report => report.TrainLoss));
    }
}

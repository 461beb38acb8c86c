// What users of `train` see when something happens to a run: to its folder, its files, its recipe, its machine.
using GateConnect.Cli;
using GateConnect.Reporting;
using GateConnect.Tests.Data;

namespace GateConnect.Tests.Cli;

public sealed class RecoveryTests
{
    private static readonly string[] Results = ["model.safetensors", "unpruned.safetensors", "metrics.jsonl", "connectivity.json"];

    private static readonly string[] Tiny = TrainTests.Tiny;

    private static readonly Lazy<IReadOnlyList<string>> Undisturbed = new(() =>
    {
        using var shell = new Shell();
        Assert.Equal(ExitCode.Done, Shell.Run([.. Tiny, "--out", shell.In("run")]).Code);
        return Contents(shell.In("run"));
    });

    [Fact]
    public void The_checkpoint_alone_brings_every_result_back()
    {
        using var shell = new Shell();
        var run = StoppedAfterOneEpoch(shell);
        foreach (var entry in Directory.GetFileSystemEntries(run).Where(entry => Path.GetFileName(entry) is not ("run.json" or "checkpoint")))
        {
            if (Directory.Exists(entry))
            {
                Directory.Delete(entry, recursive: true);
            }
            else
            {
                File.Delete(entry);
            }
        }
        Assert.Equal(ExitCode.Done, Shell.Run("train", "--resume", run).Code);
        Assert.Equal(Undisturbed.Value, Contents(run));
    }

    [Fact]
    public void A_run_without_its_checkpoints_says_so_and_begins_again_to_the_same_end()
    {
        using var shell = new Shell();
        var run = StoppedAfterOneEpoch(shell);
        Directory.Delete(Path.Combine(run, "checkpoint"), recursive: true);
        var again = Shell.Run("train", "--resume", run);
        Assert.Equal(ExitCode.Done, again.Code);
        Assert.Contains("no checkpoint yet, so the run begins again", again.Output, StringComparison.Ordinal);
        Assert.Equal(Undisturbed.Value, Contents(run));
    }

    [Fact]
    public void An_epoch_that_was_reported_after_the_last_checkpoint_is_reported_again()
    {
        using var shell = new Shell();
        var run = shell.In("run");
        using (var interruption = new Interruption())
        {
            // Stopped within the first epoch; then a line of it was written, as by a process that died before its checkpoint.
            using var output = new InterruptingWriter(interruption, "run folder", 143);
            Assert.Equal(143, Shell.Run(interruption, output, [.. Tiny, "--out", run]).Code);
        }
        File.WriteAllText(Path.Combine(run, "metrics.jsonl"), "{\"epoch\":1}\n{\"half");
        Assert.Equal(ExitCode.Done, Shell.Run("train", "--resume", run).Code);
        Assert.Equal(Undisturbed.Value, Contents(run));
    }

    [Fact]
    public void A_folder_deleted_under_a_run_is_made_again_with_all_that_was_in_it()
    {
        using var shell = new Shell();
        var run = shell.In("run");
        using var output = new DeletingWriter(run, "epoch   1");
        using var interruption = new Interruption();
        Assert.Equal(ExitCode.Done, Shell.Run(interruption, output, [.. Tiny, "--out", run]).Code);
        Assert.Contains("the run folder was gone; it has been made again", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(Undisturbed.Value, Contents(run));
        Assert.Equal(RunStatus.Complete, RunRecord.Read(Path.Combine(run, "run.json")).Status);
    }

    [Fact]
    public void A_folder_in_use_names_the_process()
    {
        using var shell = new Shell();
        using var claim = RunFolder.Create(shell.In("run")).Lock();
        var refused = Shell.Run([.. Tiny, "--out", shell.In("run")]);
        Assert.Equal(ExitCode.RunInUse, refused.Code);
        Assert.Contains($"in use by process {Environment.ProcessId};", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_could_not_begin_leaves_no_folder()
    {
        using var shell = new Shell();
        Assert.Equal(ExitCode.Data, Shell.Run("train", "--dataset", "folder", "--data", shell.In("none"), "--out", shell.In("run")).Code);
        Assert.False(Directory.Exists(shell.In("run")));
    }

    [Fact]
    public void An_allowed_change_goes_on_and_stands_in_the_record()
    {
        using var shell = new Shell();
        var run = StoppedAfterOneEpoch(shell);
        var refused = Shell.Run("train", "--resume", run, "--epochs", "3");
        Assert.Equal(ExitCode.Configuration, refused.Code);
        Assert.Contains("--allow-change PATH", refused.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, Shell.Run("train", "--resume", run, "--epochs", "3", "--allow-change", "training.epochs").Code);
        Assert.Equal(3, RunRecord.Read(Path.Combine(run, "run.json")).Recipe.Training.Epochs);
        Assert.Equal(3, File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Length);
    }

    [Fact]
    public void Another_number_of_threads_is_another_run()
    {
        using var shell = new Shell();
        var run = StoppedAfterOneEpoch(shell);
        var refused = Shell.Run("train", "--resume", run, "--threads", "2");
        Assert.Contains("threads: 1 in the run, 2 asked for", refused.Mistakes);
    }

    [Fact]
    public void A_training_that_diverges_says_how_to_go_on()
    {
        using var shell = new Shell();
        var diverged = Shell.Run(
        [
            .. Tiny, "--out", shell.In("run"), "--learning-rate", "10",
            "--set", "training.weightDecay=0.99", "--set", "training.momentum=0.99", "--set", "data.holdout=0.1",
        ]);
        Assert.Equal(ExitCode.Diverged, diverged.Code);
        var advice = $"train --resume {shell.In("run")} --learning-rate RATE --allow-change training.learningRate";
        Assert.Contains(advice, diverged.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_changed_since_the_run_began_are_told_and_allowed_by_name()
    {
        using var shell = new Shell();
        for (var index = 0; index < 24; index++)
        {
            Photo(shell, index, (byte)(40 * (index % 5)));
        }
        string[] photos =
        [
            "train", "--dataset", "folder", "--data", shell.In("photos"), "--network", "11,1,2", "--image-size", "16", "--batch-size", "4",
            "--epochs", "3", "--threads", "1", "--set", "training.warmUpSteps=2", "--out", shell.In("run"),
        ];
        using (var interruption = new Interruption())
        {
            using var output = new InterruptingWriter(interruption, "epoch   1", 143);
            Assert.Equal(143, Shell.Run(interruption, output, photos).Code);
        }
        Photo(shell, index: 3, 255);
        var refused = Shell.Run("train", "--resume", shell.In("run"));
        Assert.Equal(ExitCode.Configuration, refused.Code);
        Assert.Contains(refused.Mistakes, line => line.StartsWith("data: the images are not those of the run", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Done, Shell.Run("train", "--resume", shell.In("run"), "--allow-change", "data").Code);

        static void Photo(Shell shell, int index, byte grey)
        {
            var path = shell.In(Path.Combine("photos", index % 2 == 0 ? "a" : "b", $"{index}.png"));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, TestPhotos.Plain(16, 16, new SkiaSharp.SKColor(grey, grey, (byte)(index * 10))));
        }
    }

    [Fact]
    public void A_place_that_cannot_be_written_to_is_told_before_any_image_is_read()
    {
        var refused = Shell.Run([.. Tiny, "--out", "/proc/run"]);
        Assert.Equal(ExitCode.Output, refused.Code);
        Assert.StartsWith("/proc/run: the run folder cannot be made", Assert.Single(refused.Mistakes), StringComparison.Ordinal);
        Assert.DoesNotContain("images to learn from", refused.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "--checkpoint-every",
        "10h",
        "--checkpoint-every: '10h' is no interval of checkpoints; expected 200b (batches), 2e (epochs) or 10m (minutes), 1 to 1000000")]
    [InlineData("--keep-checkpoints", "0", "--keep-checkpoints: 0 is outside 1 up")]
    [InlineData("--on-full-disk", "panic", "--on-full-disk: 'panic' is neither stop nor wait")]
    public void Wrong_values_are_refused_with_what_is_expected(string option, string value, string mistake) =>
        Assert.Contains(mistake, Shell.Run([.. Tiny, option, value]).Mistakes);

    private static string StoppedAfterOneEpoch(Shell shell)
    {
        using var interruption = new Interruption();
        using var output = new InterruptingWriter(interruption, "epoch   1", 143);
        Assert.Equal(143, Shell.Run(interruption, output, [.. Tiny, "--out", shell.In("run")]).Code);
        return shell.In("run");
    }

    private static List<string> Contents(string run) => [.. Results.Select(file => Convert.ToHexString(File.ReadAllBytes(Path.Combine(run, file))))];

    /// <summary>Deletes a folder when a word is written.</summary>
    private sealed class DeletingWriter(string folder, string word) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(word, StringComparison.Ordinal) == true)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}

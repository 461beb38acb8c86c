using GateConnect.Cli;
using GateConnect.Reporting;

namespace GateConnect.Tests.Cli;

/// <summary>The main job on a tiny network and made-up images, from the first word to the last file.</summary>
public sealed class TrainTests
{
    internal static readonly string[] Tiny =
    [
        "train", "--dataset", "shapes", "--network", "11,2,4", "--image-size", "16", "--train-limit", "192",
        "--batch-size", "32", "--epochs", "2", "--threads", "1", "--set", "training.warmUpSteps=4",
    ];

    [Fact]
    public void A_run_leaves_a_folder_that_every_other_command_reads()
    {
        using var shell = new Shell();
        var run = shell.In("run");
        var trained = Shell.Run([.. Tiny, "--out", run]);
        Assert.Equal("", trained.Error);
        Assert.Equal(ExitCode.Done, trained.Code);
        string[] words = ["192 images to learn from", "set training.warmUpSteps: 100 -> 4", "fan-in 2", "dead blocks:", "before pruning", "top-1", run];
        Assert.All(words, word => Assert.Contains(word, trained.Output, StringComparison.Ordinal));
        string[] files =
        [
            "run.json", "metrics.jsonl", "timing.jsonl", "connectivity.json", "evaluation.json",
            "connectivity.svg", "connectivity.png", "connectivity.dot", "curves.svg", "summary.md", "report.html",
            "model.safetensors", "unpruned.safetensors", "checkpoint", "tensorboard",
        ];
        Assert.All(files, file => Assert.True(Path.Exists(Path.Combine(run, file)), file));
        Assert.Equal(2, File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Length);

        var record = RunRecord.Read(Path.Combine(run, "run.json"));
        var evaluated = Shell.Run("evaluate", run, "--json", "--threads", "1").Json;
        Assert.Equal(record.Results!.Test.Top1Percent, evaluated["top1Percent"]!.GetValue<double>(), 6);
        Assert.Equal(500, evaluated["images"]!.GetValue<int>());
        Assert.True(evaluated["loss"]!.GetValue<double>() > 0);
        Assert.True(evaluated["top5Percent"]!.GetValue<double>() >= evaluated["top1Percent"]!.GetValue<double>());
        Assert.Equal(8, evaluated["confusion"]!.AsArray().Count);

        var model = File.ReadAllBytes(Path.Combine(run, "model.safetensors"));
        var pruned = Shell.Run("prune", run, "--json", "--threads", "1");
        Assert.Equal(ExitCode.Done, pruned.Code);
        Assert.Equal(record.Results.After.Parameters, pruned.Json["parameters"]!.GetValue<long>());
        Assert.Equal(model, File.ReadAllBytes(Path.Combine(run, "model.safetensors")));

        Assert.Equal(record.Results.After.Parameters, Shell.Run("inspect", run, "--json").Json["parameters"]!.GetValue<long>());
        Assert.Contains("wiring before pruning", Shell.Run("inspect", run).Output, StringComparison.Ordinal);
        File.Delete(Path.Combine(run, "connectivity.svg"));
        Assert.Contains("connectivity.svg", Shell.Run("report", run).Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run, "connectivity.svg")));
    }

    [Fact]
    public void An_interrupted_and_resumed_run_equals_one_that_was_not_interrupted()
    {
        using var shell = new Shell();
        var (whole, halved) = (shell.In("whole"), shell.In("halved"));
        Assert.Equal(ExitCode.Done, Shell.Run([.. Tiny, "--out", whole]).Code);
        using (var interruption = new Interruption())
        {
            using var output = new InterruptingWriter(interruption, "epoch   1", 143);
            Assert.Equal(143, Shell.Run(interruption, output, [.. Tiny, "--out", halved]).Code);
            Assert.Contains($"train --resume {halved}", output.ToString(), StringComparison.Ordinal);
        }
        Assert.Equal(RunStatus.Interrupted, RunRecord.Read(Path.Combine(halved, "run.json")).Status);
        Assert.False(File.Exists(Path.Combine(halved, "model.safetensors")));
        Assert.Equal(ExitCode.Done, Shell.Run("train", "--resume", halved).Code);
        Assert.All(["model.safetensors", "unpruned.safetensors", "metrics.jsonl", "connectivity.json", "evaluation.json"], file =>
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, file)), File.ReadAllBytes(Path.Combine(halved, file))));
    }

    [Fact]
    public void A_complete_run_is_left_alone_and_a_changed_recipe_is_refused_with_the_difference()
    {
        using var shell = new Shell();
        var run = shell.In("run");
        var started = Shell.Run([.. Tiny, "--out", run, "--resume", "auto", "--json"]);
        Assert.Equal(ExitCode.Done, started.Code);
        Assert.Equal(run, started.Json["runFolder"]!.GetValue<string>());
        var before = Snapshot(run);
        Assert.Equal(ExitCode.Done, Shell.Run([.. Tiny, "--out", run, "--resume", "auto"]).Code);
        Assert.Equal(before, Snapshot(run));
        Assert.Equal(ExitCode.Configuration, Shell.Run([.. Tiny, "--out", run]).Code);
        var refused = Shell.Run("train", "--resume", run, "--epochs", "3", "--seed", "2");
        Assert.Equal(ExitCode.Configuration, refused.Code);
        Assert.Contains("training.epochs: 2 in the run, 3 asked for", refused.Mistakes);
        Assert.Contains("seed: 1 in the run, 2 asked for", refused.Mistakes);
        Assert.Equal(before, Snapshot(run));
    }

    [Fact]
    public void A_run_json_repeats_its_run()
    {
        using var shell = new Shell();
        var (first, again) = (shell.In("first"), shell.In("again"));
        string[] random = [.. Tiny, "--connectivity", "random", "--epochs", "1", "--out", first];
        Assert.Equal(ExitCode.Done, Shell.Run(Once(random)).Code);
        Assert.Equal(ExitCode.Done, Shell.Run("train", "--config", Path.Combine(first, "run.json"), "--out", again).Code);
        Assert.Equal(File.ReadAllBytes(Path.Combine(first, "model.safetensors")), File.ReadAllBytes(Path.Combine(again, "model.safetensors")));
    }

    [Fact]
    public void A_ResNeXt_trains_too_and_has_nothing_to_prune()
    {
        using var shell = new Shell();
        var run = shell.In("full");
        Assert.Equal(ExitCode.Done, Shell.Run(Once([.. Tiny, "--connectivity", "full", "--epochs", "1", "--out", run])).Code);
        Assert.Equal(ExitCode.Done, Shell.Run("evaluate", run, "--json", "--threads", "1").Code);
        Assert.Equal(ExitCode.Configuration, Shell.Run("prune", run, "--threads", "1").Code);
    }

    [Fact]
    public void A_folder_in_use_exits_with_8()
    {
        using var shell = new Shell();
        var run = shell.In("run");
        using var claim = RunFolder.Create(run).Lock();
        Assert.Equal(ExitCode.RunInUse, Shell.Run([.. Tiny, "--out", run]).Code);
    }

    // An option may be given once; the later one stands for both.
    private static string[] Once(string[] args)
    {
        var kept = new List<string> { args[0] };
        for (var index = 1; index < args.Length; index += 2)
        {
            if (Array.LastIndexOf(args, args[index]) == index)
            {
                kept.AddRange(args[index..(index + 2)]);
            }
        }
        return [.. kept];
    }

    private static string[] Snapshot(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => $"{file} {File.GetLastWriteTimeUtc(file):O} {new FileInfo(file).Length}")];
}

using GateConnect.Cli;

namespace GateConnect.Tests.Cli;

public sealed class WiringTests
{
    private static readonly string[] Tiny =
    [
        "train", "--dataset", "shapes", "--network", "11,2,4", "--image-size", "16", "--train-limit", "96",
        "--batch-size", "32", "--epochs", "1", "--threads", "1", "--set", "training.warmUpSteps=4",
    ];

    [Fact]
    public void A_run_is_measured_under_three_wirings_and_a_file_or_a_run_without_gates_is_refused()
    {
        using var shell = new Shell();
        var (run, random) = (shell.In("run"), shell.In("random"));
        Assert.Equal(ExitCode.Done, Shell.Run([.. Tiny, "--out", run]).Code);
        var told = Shell.Run("evaluate", run, "--wiring", "all", "--draws", "2", "--threads", "1", "--json");
        Assert.Equal(ExitCode.Done, told.Code);
        var wirings = told.Json["wirings"]!.AsArray();
        Assert.Equal(["learned", "random", "reversed"], wirings.Select(wiring => wiring!["wiring"]!.GetValue<string>()));
        Assert.Equal([1, 2, 1], wirings.Select(wiring => wiring!["draws"]!.AsArray().Count));
        Assert.Equal([1.0, 0.0], new[] { 0, 2 }.Select(index => wirings[index]!["draws"]![0]!["sharedWithLearned"]!.GetValue<double>()));
        Assert.Equal(wirings[0]!["top1Percent"]!.GetValue<double>(), told.Json["top1Percent"]!.GetValue<double>());
        Assert.NotNull(wirings[1]!["stdTop1Percent"]);

        // With the statistics it was saved with, the learned wiring is the network that was saved.
        var kept = Shell.Run("evaluate", run, "--wiring", "learned", "--statistics", "kept", "--threads", "1", "--json").Json;
        var whole = Shell.Run("evaluate", Path.Combine(run, "unpruned.safetensors"), "--dataset", "shapes", "--threads", "1", "--json").Json;
        Assert.All(["top1Percent", "top5Percent", "images"], name => Assert.Equal(whole[name]!.ToJsonString(), kept[name]!.ToJsonString()));

        Assert.Equal(ExitCode.Configuration, Shell.Run("evaluate", Path.Combine(run, "unpruned.safetensors"), "--wiring", "all", "--threads", "1").Code);
        Assert.Equal(ExitCode.Done, Shell.Run([.. Tiny, "--connectivity", "random", "--out", random]).Code);
        var refused = Shell.Run("evaluate", random, "--wiring", "all", "--threads", "1");
        Assert.Equal(ExitCode.Configuration, refused.Code);
        Assert.Contains("has learned no gates", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_values_are_told_together_and_options_of_the_wiring_need_one()
    {
        var told = Shell.Run("evaluate", "run", "--wiring", "best", "--draws", "0", "--statistics", "old");
        Assert.Equal(ExitCode.Configuration, told.Code);
        Assert.Equal(["--wiring", "--statistics", "--draws"], told.Mistakes.Select(mistake => mistake.Split(':')[0]));
        told = Shell.Run("evaluate", "run", "--draws", "2", "--wiring-seed", "3");
        Assert.Equal(["--draws", "--wiring-seed"], told.Mistakes.Select(mistake => mistake.Split(':')[0]));
    }
}

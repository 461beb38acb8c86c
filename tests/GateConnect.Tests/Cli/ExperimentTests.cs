// What users of `experiment` see.
using GateConnect.Cli;

namespace GateConnect.Tests.Cli;

public sealed class ExperimentTests
{
    [Fact]
    public void All_mistakes_of_a_run_are_named_at_once()
    {
        var spoken = Shell.Run("experiment", "run", "cifar", "--seeds", "0", "--budget", "some", "--for", "9", "--only", "x");
        Assert.Equal(ExitCode.Configuration, spoken.Code);
        Assert.Equal(["experiment: ", "--budget: ", "--for: ", "--seeds: "], spoken.Mistakes.Select(line => line[..(line.IndexOf(':') + 2)]));
    }

    [Theory]
    [InlineData("45s", 45)]
    [InlineData("90m", 5400)]
    [InlineData("1.5h", 5400)]
    public void Times_are_read(string text, double seconds) => Assert.Equal(seconds, TimeLimit.Parse("--for", text).TotalSeconds, 9);

    [Fact]
    public void A_filter_that_leaves_nothing_is_a_mistake()
    {
        var spoken = Shell.Run("experiment", "run", "cifar10", "--only", "20,4,8", "--only", "gumbel");
        Assert.Equal(ExitCode.Configuration, spoken.Code);
        Assert.Contains("no cell of cifar10 contains 20,4,8 and gumbel", spoken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_are_missing_are_a_mistake_with_a_remedy()
    {
        using var shell = new Shell();
        var spoken = Shell.Run("experiment", "run", "imagenet", "--budget", "1%", "--seeds", "1", "--work", shell.In("work"), "--results", shell.In("results"));
        Assert.Equal(ExitCode.Configuration, spoken.Code);
        Assert.Contains("needs --data PATH", spoken.Error, StringComparison.Ordinal);
        spoken = Shell.Run(
            "experiment", "run", "cifar10", "--data", shell.In("nowhere"), "--budget", "1%", "--work", shell.In("work"), "--results", shell.In("results"));
        Assert.Equal(ExitCode.Data, spoken.Code);
        Assert.Contains("nowhere", Assert.Single(spoken.Mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_without_results_says_how_to_get_some()
    {
        using var shell = new Shell();
        Directory.CreateDirectory(shell.In("nothing"));
        var spoken = Shell.Run("experiment", "table", "cifar10", "--results", shell.In("nothing"), "--plot", shell.In("none.svg"));
        Assert.Equal((ExitCode.Done, ""), (spoken.Code, spoken.Output));
        Assert.Contains($"gateconnect experiment run cifar10 --budget 2/300 --results {shell.In("nothing")}", spoken.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(shell.In("none.svg")));
        spoken = Shell.Run("experiment", "table", "cifar10", "--results", shell.In("nothing"), "--json");
        Assert.Empty(spoken.Json["cells"]!.AsArray());
        Assert.Contains("no finished run", spoken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_that_are_not_there_are_no_empty_table()
    {
        using var shell = new Shell();
        File.WriteAllText(shell.In("file"), "");
        Assert.All((string[])["nowhere", "file"], name =>
        {
            var spoken = Shell.Run("experiment", "table", "cifar10", "--results", shell.In(name));
            Assert.Equal((ExitCode.Data, ""), (spoken.Code, spoken.Output));
            Assert.StartsWith($"--results {shell.In(name)}: no such folder", Assert.Single(spoken.Mistakes), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("--json and --markdown: ", "--markdown", "--json")]
    [InlineData("--markdown and --csv: ", "--csv", "--markdown")]
    [InlineData("--plot x.png: expected a file that ends in .svg", "--plot", "x.png")]
    [InlineData("--plot: empty", "--plot", "")]
    public void A_table_has_one_format_and_a_plot_its_ending(string expected, params string[] words)
    {
        var spoken = Shell.Run(["experiment", "table", "cifar10", .. words]);
        Assert.Equal((ExitCode.Configuration, ""), (spoken.Code, spoken.Output));
        Assert.StartsWith(expected, Assert.Single(spoken.Mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_plot_replaces_no_file_that_is_none()
    {
        using var shell = new Shell();
        Directory.CreateDirectory(shell.In("results"));
        File.WriteAllText(shell.In("notes.svg"), "my notes");
        var spoken = Shell.Run("experiment", "table", "cifar10", "--results", shell.In("results"), "--plot", shell.In("notes.svg"));
        Assert.Equal(ExitCode.Configuration, spoken.Code);
        Assert.Equal("my notes", File.ReadAllText(shell.In("notes.svg")));
    }

    [Fact]
    public void A_cell_can_be_named_though_its_name_begins_others()
    {
        using var shell = new Shell();
        string[] words =
        [
            "experiment", "run", "cifar10", "--budget", "1%", "--seeds", "1",
            "--data", shell.In("nowhere"), "--work", shell.In("work"), "--results", shell.In("results"),
        ];
        Assert.Contains("run 1 of 1: 20,4,8-full", Shell.Run([.. words, "--only", "20,4,8-full"]).Output, StringComparison.Ordinal);
        Assert.Contains("run 1 of 2: 20,4,8-full", Shell.Run([.. words, "--only", "20,4,8-ful"]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cell_is_listed()
    {
        var listed = Shell.Run("experiment", "list").Output;
        Assert.Contains("29,64,8-learned-4", listed, StringComparison.Ordinal);
        Assert.Contains("paper 96.73 %", listed, StringComparison.Ordinal);
        Assert.Matches("20,4,8-learned-4-magnitude-connections  +300 epochs", listed);
        Assert.Contains("5, 10, 20, 40, 80 epochs", listed, StringComparison.Ordinal);
        Assert.Contains("101,4,64-learned-32", listed, StringComparison.Ordinal);
        Assert.Equal("cifar10", (string?)Shell.Run("experiment", "list", "--json").Json["experiments"]![0]!["name"]);
        Assert.Equal("imagenet", (string?)Assert.Single(Shell.Run("experiment", "list", "imagenet", "--json").Json["experiments"]!.AsArray())!["name"]);
        var refused = Shell.Run("experiment", "list", "cifar");
        Assert.StartsWith("experiment: 'cifar' is not one of cifar10, ", Assert.Single(refused.Mistakes), StringComparison.Ordinal);
    }
}

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
        spoken = Shell.Run("experiment", "run", "cifar10", "--data", shell.In("nowhere"), "--budget", "1%", "--work", shell.In("work"), "--results", shell.In("results"));
        Assert.Equal(ExitCode.Data, spoken.Code);
        Assert.Contains("nowhere", Assert.Single(spoken.Mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_without_results_says_how_to_get_some()
    {
        using var shell = new Shell();
        var spoken = Shell.Run("experiment", "table", "cifar10", "--results", shell.In("nothing"));
        Assert.Equal(ExitCode.Done, spoken.Code);
        Assert.Contains("gateconnect experiment run cifar10", spoken.Error, StringComparison.Ordinal);
        Assert.Empty(Shell.Run("experiment", "table", "cifar10", "--results", shell.In("nothing"), "--json").Json["cells"]!.AsArray());
    }

    [Fact]
    public void Every_cell_is_listed()
    {
        var listed = Shell.Run("experiment", "list").Output;
        Assert.Contains("29,64,8-learned-4", listed, StringComparison.Ordinal);
        Assert.Contains("paper 96.73 %", listed, StringComparison.Ordinal);
        Assert.Matches("20,4,8-learned-4-magnitude-connections  +300 epochs", listed);
        Assert.Contains("101,4,64-learned-32", listed, StringComparison.Ordinal);
        Assert.Equal("cifar10", (string?)Shell.Run("experiment", "list", "--json").Json["experiments"]![0]!["name"]);
    }
}

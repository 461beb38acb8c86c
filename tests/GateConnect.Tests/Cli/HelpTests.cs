using System.CommandLine;
using GateConnect.Cli;

namespace GateConnect.Tests.Cli;

public sealed class HelpTests
{
    [Fact]
    public void Every_command_explains_itself_its_options_and_gives_examples_that_parse()
    {
        using var interruption = new Interruption();
        var root = CommandLine.Build(new CommandContext(new Terminal(new StringWriter(), new StringWriter()), interruption));
        var commands = Commands(root).ToList();
        Assert.True(commands.Count >= 11, $"{commands.Count} commands");
        foreach (var command in commands)
        {
            string[] words = command is RootCommand ? [] : HelpPages.FullName(command).Split(' ');
            var help = Shell.Run([.. words, "--help"]);
            Assert.Equal(ExitCode.Done, help.Code);
            Assert.Contains(command.Description!.Split(' ')[0], help.Output, StringComparison.Ordinal);
            Assert.All(command.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
            Assert.All(command.Options.Where(option => option.Name != "--help"), option => Assert.Contains(option.Name, help.Output, StringComparison.Ordinal));
            Assert.All(help.Output.Split('\n'), line => Assert.True(line.Length <= 100, line));
            var examples = help.Output[help.Output.IndexOf("Examples\n", StringComparison.Ordinal)..].Split('\n').Skip(1)
                .Where(line => line.Length > 0).ToList();
            Assert.True(examples.Count >= 2, $"{command.Name}: {examples.Count} examples");
            Assert.All(examples, example => Assert.Empty(root.Parse(example.Trim()["gateconnect ".Length..]).Errors));
        }
    }

    [Fact]
    public void Without_a_word_the_overview_is_shown() => Assert.Contains("Commands\n  train", Shell.Run().Output, StringComparison.Ordinal);

    [Fact]
    public void The_version_is_one_line() => Assert.Equal(GateConnect.Runtime.Versions.GateConnect + Environment.NewLine, Shell.Run("--version").Output);

    [Fact]
    public void The_help_of_train_states_the_defaults_of_the_default_job()
    {
        var recipe = GateConnect.Experiments.DefaultRecipes.For(GateConnect.Data.DatasetKind.FashionMnist);
        var help = Shell.Run("train", "--help").Output;
        Assert.Contains($"fashion-mnist: {recipe.Data.ImageSize}", help, StringComparison.Ordinal);
        Assert.Contains($"{recipe.Training.Epochs} epochs", help, StringComparison.Ordinal);
    }

    private static IEnumerable<Command> Commands(Command command) => command.Subcommands.SelectMany(Commands).Prepend(command);
}

// Help that reads well: what a command does, its options in groups, and commands to copy.
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;
using GateConnect.Reporting;

namespace GateConnect.Cli;

/// <summary>A heading and the options under it.</summary>
internal sealed record OptionGroup(string Heading, IReadOnlyList<Option> Options);

/// <summary>What the help of a command says beside its own description.</summary>
internal sealed record HelpPage(IReadOnlyList<OptionGroup> Groups, IReadOnlyList<string> Examples)
{
    /// <summary>A paragraph between the description and the options; empty for none.</summary>
    public string Details { get; init; } = "";
}

/// <summary>Prints the help of every command.</summary>
/// <param name="screenWidth">Characters in a line of the terminal.</param>
internal sealed class HelpPages(int screenWidth) : SynchronousCommandLineAction
{
    private const int LeftColumn = 30;

    private readonly Dictionary<Command, HelpPage> pages = [];
    private readonly int width = Math.Clamp(screenWidth, 60, 100);

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>Sets a command's page and adds the options in it to the command.</summary>
    public void Describe(Command command, HelpPage page)
    {
        pages.Add(command, page);
        foreach (var option in page.Groups.SelectMany(group => group.Options))
        {
            command.Add(option);
        }
    }

    /// <summary>The words that lead to a command, such as <c>data fetch</c>.</summary>
    public static string FullName(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand ? $"{FullName(parent)} {command.Name}" : command.Name;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.Write(Write(parseResult.CommandResult.Command));
        return ExitCode.Done;
    }

    /// <summary>The help of a command.</summary>
    internal string Write(Command command)
    {
        var page = pages[command];
        var text = new StringBuilder();
        Paragraph(text, command.Description ?? "");
        Paragraph(text, page.Details);
        text.Append("Usage: ").Append(Usage(command)).Append("\n\n");
        Section(text, "Commands", command.Subcommands.Select(sub => (sub.Name, sub.Description)));
        Section(text, "Arguments", command.Arguments.Select(argument => (argument.HelpName ?? argument.Name, argument.Description)));
        foreach (var group in page.Groups)
        {
            Section(text, group.Heading, group.Options.Select(option => (Label(option), option.Description)));
        }
        var grouped = page.Groups.SelectMany(group => group.Options).ToHashSet();
        var others = command.Options
            .Where(option => !grouped.Contains(option) && option is not HelpOption)
            .Select(option => (Label(option), option.Description));
        Section(text, "Other options", [.. others, ("-h, --help", "Show this help.")]);
        text.Append("Examples\n");
        foreach (var example in page.Examples)
        {
            text.Append("  ").Append(example).Append('\n');
        }
        return text.ToString();
    }

    private static string Usage(Command command)
    {
        var name = command is RootCommand ? "gateconnect" : $"gateconnect {FullName(command)}";
        var arguments = command.Arguments.Select(argument =>
        {
            var label = argument.HelpName ?? argument.Name;
            return argument.Arity.MinimumNumberOfValues == 0 ? $"[{label}]" : label;
        });
        return string.Join(' ', [name, .. arguments, command.Subcommands.Count > 0 ? "COMMAND [options]" : "[options]"]);
    }

    private static string Label(Option option)
    {
        var value = option.ValueType == typeof(bool) ? "" : option.Arity.MinimumNumberOfValues == 0 ? $" [{option.HelpName}]" : $" {option.HelpName}";
        return option.Name + value;
    }

    private void Section(StringBuilder text, string heading, IEnumerable<(string Label, string? Description)> rows)
    {
        var list = rows.ToList();
        if (list.Count == 0)
        {
            return;
        }
        text.Append(heading).Append('\n');
        foreach (var (label, description) in list)
        {
            var lines = TextLines.Wrap(description ?? "", width - LeftColumn);
            var left = $"  {label}";
            if (left.Length >= LeftColumn)
            {
                text.Append(left).Append('\n');
                left = "";
            }
            text.Append(left.PadRight(LeftColumn)).Append(lines[0]).Append('\n');
            foreach (var line in lines.Skip(1))
            {
                text.Append(' ', LeftColumn).Append(line).Append('\n');
            }
        }
        text.Append('\n');
    }

    private void Paragraph(StringBuilder text, string paragraph)
    {
        if (paragraph.Length > 0)
        {
            text.AppendJoin('\n', TextLines.Wrap(paragraph, width)).Append("\n\n");
        }
    }
}

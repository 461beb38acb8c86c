// Where output goes: two streams, and bars and colours where a person watches. Everything below is told, never asks
// the console itself.
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Spectre.Console;

namespace GateConnect.Cli;

/// <summary>The streams of a command.</summary>
/// <param name="Output">Results.</param>
/// <param name="Error">Failures, and everything but the document with <c>--json</c>.</param>
internal sealed record Terminal(TextWriter Output, TextWriter Error)
{
    /// <summary>The screen behind <see cref="Output"/>, or null where that is a file or a pipe.</summary>
    public IAnsiConsole? OutputScreen { get; init; }

    /// <summary>The screen behind <see cref="Error"/>, or null.</summary>
    public IAnsiConsole? ErrorScreen { get; init; }

    /// <summary>Characters that a line of <see cref="Output"/> has room for; a file has room for all.</summary>
    public int Width => OutputScreen?.Profile.Width ?? int.MaxValue;

    /// <summary>The streams of this process.</summary>
    public static Terminal OfProcess() => new(Console.IsOutputRedirected ? Redirected() : Console.Out, Console.Error)
    {
        OutputScreen = Console.IsOutputRedirected ? null : Screen(Console.Out),
        ErrorScreen = Console.IsErrorRedirected ? null : Screen(Console.Error),
    };

    /// <summary>Who speaks to people: stdout, or stderr where stdout is one JSON document.</summary>
    public Voice Voice(bool json) => json ? new Voice(Error, ErrorScreen) : new Voice(Output, OutputScreen);

    /// <summary>One line on stderr, marked as an error.</summary>
    public void Fail(string message)
    {
        if (ErrorScreen is { } screen)
        {
            screen.Markup("[red]error:[/] ");
            Error.WriteLine(message);
        }
        else
        {
            Error.WriteLine($"error: {message}");
        }
    }

    // A full disk behind a pipe or file is the user's to mend, and no bug.
    private static StreamWriter Redirected() =>
        new(new GuardedStream(Console.OpenStandardOutput(), "standard output"), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    private static IAnsiConsole Screen(TextWriter writer)
    {
        var plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
    }
}

/// <summary>Lines for people, and the screen they are on if there is one.</summary>
internal sealed record Voice(TextWriter Lines, IAnsiConsole? Screen)
{
    /// <summary>A line, numbers in the invariant culture; an interpolated one comes here, not to the string.</summary>
    [OverloadResolutionPriority(1)]
    public void Say(FormattableString line) => Say(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>A line as it is.</summary>
    public void Say(string line)
    {
        if (Screen is { } screen)
        {
            screen.WriteLine(line);
        }
        else
        {
            Lines.WriteLine(line);
            Lines.Flush();
        }
    }

    /// <summary>A labelled line of the overview at the start and the end of a command.</summary>
    public void Fact(string label, FormattableString text) => Say($"{label,-11}{text.ToString(CultureInfo.InvariantCulture)}");
}

// What the README shows of the library is the program that the build compiles, letter by letter.
using GateConnect.Tests.Testing;

namespace GateConnect.Tests;

public sealed class QuickStartTests
{
    private const string Section = "\n## As a library\n";
    private const string Opening = "\n```csharp\n";
    private const string Closing = "```\n";

    [Fact]
    public void The_readme_shows_the_example_as_it_is_compiled() =>
        Assert.Equal(Text("examples", "QuickStart", "Program.cs"), Shown(Text("README.md"), Section));

    [Fact]
    public void So_does_the_readme_of_the_package() =>
        Assert.Equal(Text("examples", "QuickStart", "Program.cs"), Shown(Text("src", "GateConnect", "README.md"), "# GateConnect\n"));

    [Fact]
    public void The_example_is_a_program_of_a_screenful() =>
        Assert.InRange(Text("examples", "QuickStart", "Program.cs").Split('\n').Length, 30, 60);

    private static string Shown(string readme, string heading)
    {
        var section = readme[(readme.IndexOf(heading, StringComparison.Ordinal) + heading.Length)..];
        var code = section[(section.IndexOf(Opening, StringComparison.Ordinal) + Opening.Length)..];
        return code[..code.IndexOf(Closing, StringComparison.Ordinal)];
    }

    private static string Text(params string[] path) => File.ReadAllText(Path.Combine([Repository.Root, .. path]));
}

// Holds the pages to the code: what docs/paper.md names exists, every option of a recipe stands in docs/run-folder.md
// with its default, and no link of any page leads nowhere.
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GateConnect.Architecture;
using GateConnect.Reporting;
using GateConnect.Tests.Testing;
using GateConnect.Training;

namespace GateConnect.Tests;

public sealed partial class PaperMapTests
{
    private const BindingFlags Any =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "paper.md"));

    [Fact]
    public void Every_source_file_that_the_page_names_exists() => Assert.All(
        Sources(Page), file => Assert.True(File.Exists(Path.Combine(Repository.Root, "src", "GateConnect", file)), file));

    [Fact]
    public void Every_test_that_the_page_names_exists_and_is_a_test()
    {
        var tests = TestsOf(typeof(PaperMapTests).Assembly);
        Assert.All(TestNames(Page), name => Assert.Contains(name, tests));
    }

    [Fact]
    public void Every_member_that_the_page_names_exists()
    {
        var members = typeof(Connectivity).Assembly.GetTypes()
            .SelectMany(type => type.GetMembers(Any).Select(member => $"{type.Name}.{member.Name}")).ToHashSet();
        Assert.All(Members(Page), name => Assert.Contains(name, members));
    }

    [Fact]
    public void Every_row_about_the_method_names_a_file_and_a_test_or_says_that_there_is_none()
    {
        var rows = Page.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Count(sign => sign == '|') == 5)
            .Where(line => !line.StartsWith("| says |", StringComparison.Ordinal)).ToArray();
        Assert.True(rows.Length > 40);
        Assert.All(rows, row => Assert.True(
            (Sources(row).Any() && TestNames(row).Any()) || row.Contains("none", StringComparison.Ordinal), row));
    }

    [Fact]
    public void Every_option_of_a_recipe_stands_in_the_page_on_run_folders_with_its_default()
    {
        var page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "run-folder.md"));
        var defaults = RecipeTree.Of(new Recipe());
        var missing = RecipeTree.Options.Keys.Select(path => $"| `{path}` | `{Text(RecipeTree.Get(defaults, path))}` |")
            .Where(row => !page.Any(line => line.StartsWith(row, StringComparison.Ordinal)));
        Assert.Equal("", string.Join('\n', missing));
        Assert.Equal(RecipeTree.Options.Count, page.Count(line => OptionRow().IsMatch(line)));
    }

    [Fact]
    public void No_link_of_a_page_leads_nowhere()
    {
        string[] pages =
        [
            .. Directory.GetFiles(Repository.Root, "*.md"),
            .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories),
        ];
        var broken = pages.SelectMany(page => Link().Matches(File.ReadAllText(page)).Select(match => match.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith('#'))
            .Where(link => !Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, link.Split('#')[0])))
            .Select(link => $"{Path.GetRelativePath(Repository.Root, page)}: {link}"));
        Assert.Equal("", string.Join('\n', broken));
    }

    private static string Text(JsonNode? value) => value is JsonValue text && text.TryGetValue<string>(out var words) ? words : value?.ToJsonString() ?? "null";

    private static IEnumerable<string> Sources(string text) => Source().Matches(text).Select(match => match.Groups[1].Value);

    private static IEnumerable<string> TestNames(string text) => Member().Matches(text)
        .Where(match => match.Groups[1].Value.EndsWith("Tests", StringComparison.Ordinal)).Select(match => $"{match.Groups[1]}.{match.Groups[2]}");

    private static IEnumerable<string> Members(string text) => Member().Matches(text)
        .Where(match => !match.Groups[1].Value.EndsWith("Tests", StringComparison.Ordinal)).Select(match => $"{match.Groups[1]}.{match.Groups[2]}");

    // A theory's attribute derives from that of a fact.
    private static HashSet<string> TestsOf(Assembly assembly) =>
    [
        .. assembly.GetTypes().SelectMany(type => type.GetMethods(Any)
            .Where(method => method.GetCustomAttributes().Any(attribute => attribute is FactAttribute))
            .Select(method => $"{type.Name}.{method.Name}")),
    ];

    [GeneratedRegex("`((?:[A-Z]\\w*/)+\\w+\\.cs)`")]
    private static partial Regex Source();

    [GeneratedRegex("`([A-Z]\\w*)\\.([A-Za-z]\\w*)`")]
    private static partial Regex Member();

    [GeneratedRegex("^\\| `(?:[a-z]\\w*\\.)*\\w+` \\| `[^`]*` \\|")]
    private static partial Regex OptionRow();

    [GeneratedRegex("\\]\\(([^)\\s]+)\\)")]
    private static partial Regex Link();
}

// The frame of every page: page.html with style, script, data and version put in. The page's own policy forbids it every connection,
// and every style and script but these two, which it names by their hashes: what a name smuggles in does not run.
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GateConnect.Reporting.Html;

/// <summary>Fills the frame.</summary>
internal static partial class PageTemplate
{
    private static readonly string Page = Resource("page.html");
    private static readonly string Style = Resource("page.css");
    private static readonly string Script = string.Concat(new[] { "tips.js", "charts.js", "gates.js", "picture.js", "wiring.js" }.Select(Resource));

    // Not indented, and everything that HTML could take for markup escaped.
    private static readonly JsonSerializerOptions Compact = new();

    private static readonly string Policy =
        $"default-src 'none'; img-src data:; style-src '{Hash(Style)}'; script-src '{Hash(Script)}'; base-uri 'none'; form-action 'none'";

    /// <summary>A whole page.</summary>
    /// <param name="title">For the tab.</param>
    /// <param name="body">Everything that is seen without scripts.</param>
    /// <param name="data">What scripts draw from.</param>
    /// <param name="version">Of GateConnect, for the foot of the page.</param>
    public static string Fill(string title, Markup body, JsonObject data, string version) => Place().Replace(Page, place => place.Groups[1].Value switch
    {
        "title" => Markup.Escape(title),
        "policy" => Policy,
        "style" => Style,
        "body" => body.ToString(),
        "version" => Markup.Escape(version),
        "data" => data.ToJsonString(Compact),
        "script" => Script,
        var name => throw new InvalidOperationException($"page.html: unknown place {name}"),
    });

    private static string Hash(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"GateConnect.Reporting.Html.{name}")
            ?? throw new InvalidOperationException($"{name} is not in the library");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Place();
}

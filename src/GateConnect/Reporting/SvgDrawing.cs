// A standalone SVG written as text, in the style of all pictures: no scripts, fonts or links, equal drawings give equal text.
using System.Text;

namespace GateConnect.Reporting;

/// <summary>An SVG document on a page of its own, in pixels. Numbers within its text have at most two places, whatever the culture.</summary>
internal sealed class SvgDrawing
{
    private readonly StringBuilder svg = new();

    /// <summary>Begins the document.</summary>
    /// <param name="width">Of the page.</param>
    /// <param name="height">Of the page.</param>
    /// <param name="title">What it shows, for those who do not see it.</param>
    /// <param name="description">The same at more length; null for none.</param>
    public SvgDrawing(double width, double height, string title, string? description = null)
    {
        var labels = description is null ? "title" : "title desc";
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"{labels}\">\n");
        Add($"<title id=\"title\">{title}</title>\n");
        if (description is not null)
        {
            Add($"<desc id=\"desc\">{description}</desc>\n");
        }
        svg.Append(PictureStyle.Css);
        Add($"<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
    }

    /// <summary>Adds elements.</summary>
    public void Add(FormattableString elements) => svg.Append(elements.ToString(Pixels.Instance));

    /// <summary>Adds a line of text.</summary>
    /// <param name="look">Classes of the style.</param>
    /// <param name="x">Where it is anchored.</param>
    /// <param name="y">The base line.</param>
    /// <param name="text">The text.</param>
    /// <param name="anchor">start, middle or end.</param>
    public void Text(string look, double x, double y, string text, string anchor = "middle") =>
        Add($"<text class=\"{look}\" text-anchor=\"{anchor}\" x=\"{x}\" y=\"{y}\">{text}</text>\n");

    /// <summary>Places as a polyline has them.</summary>
    public static string Points(IEnumerable<(double X, double Y)> places) =>
        string.Join(' ', places.Select(place => $"{Invariant.Short(place.X)},{Invariant.Short(place.Y)}"));

    /// <summary>The whole document.</summary>
    public override string ToString() => $"{svg}</svg>\n";

    private sealed class Pixels : IFormatProvider, ICustomFormatter
    {
        public static readonly Pixels Instance = new();

        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : Invariant.Culture;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => arg switch
        {
            double number => Invariant.Short(number),
            IFormattable other => other.ToString(format, Invariant.Culture),
            _ => arg?.ToString() ?? "",
        };
    }
}

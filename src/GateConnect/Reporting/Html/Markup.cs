// HTML that is written piece by piece. Whatever stands in braces is escaped, so that a class name or a path cannot become
// markup; what is markup already says so by its type.
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace GateConnect.Reporting.Html;

/// <summary>A growing piece of HTML.</summary>
internal sealed class Markup
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly Escaping Escaped = new();

    private readonly StringBuilder text = new();

    /// <summary>Appends a template; everything in its braces is escaped, unless it is <see cref="Markup"/>.</summary>
    public Markup Add(FormattableString html)
    {
        text.Append(html.ToString(Escaped));
        return this;
    }

    /// <summary>Appends a template for every item.</summary>
    public Markup Each<T>(IEnumerable<T> items, Func<T, FormattableString> html)
    {
        foreach (var item in items)
        {
            Add(html(item));
        }
        return this;
    }

    /// <summary>A piece by itself.</summary>
    public static Markup Of(FormattableString html) => new Markup().Add(html);

    /// <summary>A text that was checked to be markup, such as an SVG made here.</summary>
    public static Markup Trusted(string html)
    {
        var markup = new Markup();
        markup.text.Append(html);
        return markup;
    }

    /// <summary>Text with all that HTML gives a meaning escaped, for content and for quoted attributes.</summary>
    public static string Escape(string text) => Encoder.Encode(text);

    /// <inheritdoc/>
    public override string ToString() => text.ToString();

    private sealed class Escaping : IFormatProvider, ICustomFormatter
    {
        public object? GetFormat(Type? formatType) =>
            formatType == typeof(ICustomFormatter) ? this : CultureInfo.InvariantCulture.GetFormat(formatType!);

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => arg switch
        {
            Markup markup => markup.ToString(),
            IFormattable number => Escape(number.ToString(format, CultureInfo.InvariantCulture)),
            _ => Escape(arg?.ToString() ?? ""),
        };
    }
}

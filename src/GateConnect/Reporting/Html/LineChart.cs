// A small line chart as an SVG within the page: drawn here, so that it stands without scripts and in print; a script adds what
// a pointer shows. Colours are classes of the page's style, and lines differ by dashes too, for eyes that tell no colours apart.
namespace GateConnect.Reporting.Html;

/// <summary>A named line.</summary>
/// <param name="Name">For the legend and the pointer.</param>
/// <param name="Look">Which colour and dashes, from 0.</param>
/// <param name="Points">Ascending; what is not finite is left out.</param>
internal sealed record ChartLine(string Name, int Look, IReadOnlyList<(int Epoch, double Value)> Points)
{
    /// <summary>A line of the values that are known.</summary>
    public static ChartLine Of<T>(string name, int look, IEnumerable<T> items, Func<T, (int Epoch, double? Value)> point) => new(
        name, look,
        [.. items.Select(point).Where(place => place.Value is { } value && double.IsFinite(value)).Select(place => (place.Epoch, place.Value!.Value))]);
}

/// <summary>A chart over epochs.</summary>
/// <param name="Title">What is shown, with its unit.</param>
/// <param name="Lines">The lines; those without a point are left out.</param>
internal sealed record LineChart(string Title, IReadOnlyList<ChartLine> Lines)
{
    /// <summary>How many colours the style has.</summary>
    public const int Looks = 6;

    private const int Width = 300, Height = 196;
    private const double Left = 40, Right = 10, Top = 16, Bottom = 34;
    private const int MostMarkers = 30;

    /// <summary>After this epoch a line is drawn; null for none.</summary>
    public int? MarkAfter { get; init; }

    /// <summary>What happens there.</summary>
    public string Mark { get; init; } = "gates fixed";

    /// <summary>The chart, or nothing where no line has a point.</summary>
    public Markup Write()
    {
        ChartLine[] lines = [.. Lines.Where(line => line.Points.Count > 0)];
        if (lines.Length == 0)
        {
            return new Markup();
        }
        var epochs = lines.SelectMany(line => line.Points).Select(point => point.Epoch).ToArray();
        var across = new Axis(epochs.Min(), epochs.Max(), Left, Width - Right);
        double[] values = [.. lines.SelectMany(line => line.Points).Select(point => point.Value)];
        var up = Upward(values);
        var chart = Markup.Of($"<figure class=\"chart\"><figcaption><b>{Title}</b>{Legend(lines)}</figcaption>\n");
        chart.Add($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Title}, over epochs\"");
        chart.Add($" data-low=\"{across.Low}\" data-high=\"{across.High}\" data-start=\"{across.Start}\" data-end=\"{across.End}\"");
        chart.Add($" data-top=\"{Top}\" data-bottom=\"{Height - Bottom}\">\n");
        DrawGrid(chart, across, up, wholeOnly: values.All(double.IsInteger));
        DrawMark(chart, across);
        foreach (var line in lines)
        {
            DrawLine(chart, line, across, up);
        }
        return chart.Add($"</svg></figure>\n");
    }

    // What is never below zero has no axis below it, and counts have a whole one to move on.
    private static Axis Upward(double[] values)
    {
        var axis = Axis.Round(values, Height - Bottom, Top);
        axis = values.Min() >= 0 ? axis with { Low = Math.Max(0, axis.Low) } : axis;
        return values.All(double.IsInteger)
            ? axis with { Low = Math.Floor(axis.Low), High = Math.Max(Math.Ceiling(axis.High), Math.Floor(axis.Low) + 1) }
            : axis;
    }

    private static Markup Legend(ChartLine[] lines)
    {
        var legend = new Markup();
        ChartLine[] groups = [.. lines.DistinctBy(line => (Group(line.Name), line.Look))];
        foreach (var line in groups.Length > 1 ? groups : [])
        {
            legend.Add($"<span class=\"key\"><svg viewBox=\"0 0 22 8\" aria-hidden=\"true\"><path class=\"line c{line.Look % Looks}\" d=\"M0 4h22\"/></svg>{Group(line.Name)}</span>");
        }
        return legend;
    }

    // Lines of a group share a colour: "Learned(4), seed 1" is of the group "Learned(4)".
    private static string Group(string name) => name.Split(", seed ")[0];

    private static void DrawGrid(Markup chart, Axis across, Axis up, bool wholeOnly)
    {
        foreach (var tick in up.Ticks(wholeOnly, about: 4))
        {
            chart.Add($"<path class=\"grid\" d=\"M{Left} {Px(up.At(tick))}H{Width - Right}\"/>");
            chart.Add($"<text class=\"tick\" text-anchor=\"end\" x=\"{Left - 6}\" y=\"{Px(up.At(tick) + 4)}\">{Number(tick)}</text>\n");
        }
        foreach (var tick in across.Ticks(wholeOnly: true, about: 6))
        {
            chart.Add($"<text class=\"tick\" text-anchor=\"middle\" x=\"{Px(across.At(tick))}\" y=\"{Px(Height - Bottom + 16)}\">{Number(tick)}</text>\n");
        }
        chart.Add($"<text class=\"tick\" text-anchor=\"middle\" x=\"{Px((across.Start + across.End) / 2)}\" y=\"{Height - 4}\">epoch</text>\n");
    }

    private void DrawMark(Markup chart, Axis across)
    {
        if (MarkAfter is { } epoch && epoch >= across.Low && epoch < across.High)
        {
            var x = across.At(epoch + 0.5);
            chart.Add($"<path class=\"mark\" d=\"M{Px(x)} {Top}V{Height - Bottom}\"/>");
            chart.Add($"<text class=\"tick\" text-anchor=\"middle\" x=\"{Px(x)}\" y=\"{Top - 4}\">{Mark}</text>\n");
        }
    }

    private static void DrawLine(Markup chart, ChartLine line, Axis across, Axis up)
    {
        string[] places = [.. line.Points.Select(point => $"{Px(across.At(point.Epoch))},{Px(up.At(point.Value))}")];
        var values = string.Join(' ', line.Points.Select(point => $"{Invariant.Text(point.Epoch)}:{Number(point.Value)}"));
        chart.Add($"<polyline class=\"line c{line.Look % Looks}\" data-name=\"{line.Name}\" data-values=\"{values}\" points=\"{string.Join(' ', places)}\"/>");
        foreach (var place in places.Length > MostMarkers ? [] : places)
        {
            var (x, y) = (place.Split(',')[0], place.Split(',')[1]);
            chart.Add($"<circle class=\"dot c{line.Look % Looks}\" cx=\"{x}\" cy=\"{y}\" r=\"2.6\"/>");
        }
        chart.Add($"\n");
    }

    private static string Px(double value) => Invariant.Short(value);

    private static string Number(double value) => (value == 0 ? 0 : value).ToString("0.#####", Invariant.Culture);
}

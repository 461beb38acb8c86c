// Loss and accuracy over epochs as a standalone SVG in the style of the wiring's picture. Written as text, and its letters
// stay letters: the machine that draws needs no fonts, and equal runs give equal files.
using System.Text;
using GateConnect.Training;

namespace GateConnect.Reporting;

internal sealed class CurvesDrawing(IReadOnlyList<EpochReport> epochs, int width, int height)
{
    private const double Left = 62, Right = 22, Top = 52, Bottom = 50; // around the axes of a panel
    private const int MostMarkers = 40;

    private readonly StringBuilder svg = new();

    public string Draw()
    {
        svg.Append(Invariant.Culture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"title\">\n");
        svg.Append("<title id=\"title\">Loss and top-1 accuracy over epochs</title>\n").Append(PictureStyle.Css);
        svg.Append("<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
        DrawPanel(0, "loss", report => report.TrainLoss, report => report.HeldLoss);
        DrawPanel(width / 2.0, "top-1 accuracy, %", report => report.TrainTop1Percent, report => report.HeldTop1Percent);
        return svg.Append("</svg>\n").ToString();
    }

    private void DrawPanel(double offset, string title, Func<EpochReport, double?> train, Func<EpochReport, double?> held)
    {
        var (trained, measured) = (Known(train), Known(held));
        var across = new Axis(epochs[0].Epoch, epochs[^1].Epoch, offset + Left, offset + (width / 2.0) - Right);
        var up = Axis.Round([.. trained.Concat(measured).Select(point => point.Value)], height - Bottom, Top);
        Text("module", offset + Left, 28, title, "start");
        DrawGrid(across, up);
        MarkPhases(across);
        DrawCurve(0, trained, across, up);
        Legend(0, across.End - (measured.Count > 0 ? 156 : 58), "train");
        if (measured.Count > 0)
        {
            DrawCurve(2, measured, across, up);
            Legend(2, across.End - 82, "held out");
        }
    }

    private List<(int Epoch, double Value)> Known(Func<EpochReport, double?> value) =>
    [
        .. epochs.Where(report => value(report) is { } number && double.IsFinite(number)).Select(report => (report.Epoch, value(report)!.Value)),
    ];

    private void DrawGrid(Axis across, Axis up)
    {
        foreach (var tick in up.Ticks(wholeOnly: false, about: 5))
        {
            svg.Append(Invariant.Culture, $"<path class=\"end\" stroke-dasharray=\"1 3\" d=\"M{Invariant.Short(across.Start)} {Invariant.Short(up.At(tick))}H{Invariant.Short(across.End)}\"/>\n");
            Text("key", across.Start - 8, up.At(tick) + 4, Number(tick), "end");
        }
        foreach (var tick in across.Ticks(wholeOnly: true, about: 8))
        {
            Text("key", across.At(tick), height - Bottom + 18, Number(tick), "middle");
        }
        Text("key", (across.Start + across.End) / 2, height - Bottom + 38, "epoch", "middle");
    }

    private void MarkPhases(Axis across)
    {
        if (GateHistory.FixedAfter(epochs) is not { } last)
        {
            return;
        }
        var x = across.At(last + 0.5);
        svg.Append(Invariant.Culture, $"<path class=\"pale\" d=\"M{Invariant.Short(x)} {Invariant.Short(Top)}V{Invariant.Short(height - Bottom)}\"/>\n");
        Text("key", x, Top - 6, "gates fixed", "middle");
    }

    private void DrawCurve(int color, List<(int Epoch, double Value)> points, Axis across, Axis up)
    {
        var places = points.Select(point => (X: Invariant.Short(across.At(point.Epoch)), Y: Invariant.Short(up.At(point.Value)))).ToArray();
        svg.Append(Invariant.Culture, $"<polyline class=\"s{color}\" fill=\"none\" stroke-width=\"2\" points=\"{string.Join(' ', places.Select(place => $"{place.X},{place.Y}"))}\"/>\n");
        foreach (var (x, y) in places.Length > MostMarkers ? [] : places)
        {
            svg.Append(Invariant.Culture, $"<circle class=\"f{color}\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>\n");
        }
    }

    private void Legend(int color, double x, string name)
    {
        svg.Append(Invariant.Culture, $"<path class=\"s{color}\" stroke-width=\"2\" d=\"M{Invariant.Short(x)} 24h22\"/>\n");
        Text("key", x + 29, 28, name, "start");
    }

    private void Text(string look, double x, double y, string text, string anchor) => svg.Append(
        Invariant.Culture, $"<text class=\"{look}\" text-anchor=\"{anchor}\" x=\"{Invariant.Short(x)}\" y=\"{Invariant.Short(y)}\">{text}</text>\n");

    private static string Number(double value) => value.ToString("0.######", Invariant.Culture);
}

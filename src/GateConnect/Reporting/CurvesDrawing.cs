// Loss and accuracy over epochs as an SVG whose letters stay letters: the machine that draws needs no fonts, and equal runs
// give equal files.
using GateConnect.Training;

namespace GateConnect.Reporting;

internal sealed class CurvesDrawing(IReadOnlyList<EpochReport> epochs, int width, int height)
{
    private const double Left = 62, Right = 22, Top = 52, Bottom = 50; // around the axes of a panel
    private const int MostMarkers = 40;

    private readonly SvgDrawing svg = new(width, height, "Loss and top-1 accuracy over epochs");

    public string Draw()
    {
        DrawPanel(0, "loss", report => report.TrainLoss, report => report.HeldLoss);
        DrawPanel(width / 2.0, "top-1 accuracy, %", report => report.TrainTop1Percent, report => report.HeldTop1Percent);
        return svg.ToString();
    }

    private void DrawPanel(double offset, string title, Func<EpochReport, double?> train, Func<EpochReport, double?> held)
    {
        var (trained, measured) = (Known(train), Known(held));
        var across = new Axis(epochs[0].Epoch, epochs[^1].Epoch, offset + Left, offset + (width / 2.0) - Right);
        var up = Axis.Round([.. trained.Concat(measured).Select(point => point.Value)], height - Bottom, Top);
        svg.Text("module", offset + Left, 28, title, "start");
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
            svg.Add($"<path class=\"end\" stroke-dasharray=\"1 3\" d=\"M{across.Start} {up.At(tick)}H{across.End}\"/>\n");
            svg.Text("key", across.Start - 8, up.At(tick) + 4, Axis.Label(tick), "end");
        }
        foreach (var tick in across.Ticks(wholeOnly: true, about: 8))
        {
            svg.Text("key", across.At(tick), height - Bottom + 18, Axis.Label(tick));
        }
        svg.Text("key", (across.Start + across.End) / 2, height - Bottom + 38, "epoch");
    }

    private void MarkPhases(Axis across)
    {
        if (GateHistory.FixedAfter(epochs) is not { } last)
        {
            return;
        }
        var x = across.At(last + 0.5);
        svg.Add($"<path class=\"pale\" d=\"M{x} {Top}V{height - Bottom}\"/>\n");
        svg.Text("key", x, Top - 6, "gates fixed");
    }

    private void DrawCurve(int color, List<(int Epoch, double Value)> points, Axis across, Axis up)
    {
        var places = points.Select(point => (X: across.At(point.Epoch), Y: up.At(point.Value))).ToArray();
        svg.Add($"<polyline class=\"s{color}\" fill=\"none\" stroke-width=\"2\" points=\"{SvgDrawing.Points(places)}\"/>\n");
        foreach (var (x, y) in places.Length > MostMarkers ? [] : places)
        {
            svg.Add($"<circle class=\"f{color}\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>\n");
        }
    }

    private void Legend(int color, double x, string name)
    {
        svg.Add($"<path class=\"s{color}\" stroke-width=\"2\" d=\"M{x} 24h22\"/>\n");
        svg.Text("key", x + 29, 28, name, "start");
    }
}

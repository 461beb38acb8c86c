// Loss and accuracy over epochs, the end of gate learning marked. The SVG needs no fonts (CurvesDrawing) and is
// what pages show. The PNG is drawn with what fonts the machine has; where it has none it comes without letters.
using System.Text;
using GateConnect.Training;
using ScottPlot;

namespace GateConnect.Reporting;

/// <summary>Draws training curves.</summary>
public static class CurvesPicture
{
    private static readonly Color Train = Color.FromHex("#3b5bdb");
    private static readonly Color Held = Color.FromHex("#c2570c");
    private static readonly Color Grey = Color.FromHex("#5a6272");

    /// <summary>The curves as a PNG image.</summary>
    /// <param name="epochs">The reports of a run; at least one.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <exception cref="ArgumentException">There is no report.</exception>
    public static byte[] Png(IReadOnlyList<EpochReport> epochs, int width = 1100, int height = 420)
    {
        var curves = Curves(epochs);
        return curves.Render(width, height).GetImageBytes(ImageFormat.Png);
    }

    /// <summary>The same as an SVG document in UTF-8.</summary>
    /// <inheritdoc cref="Png"/>
    public static byte[] Svg(IReadOnlyList<EpochReport> epochs, int width = 1100, int height = 420)
    {
        Require(epochs);
        return Encoding.UTF8.GetBytes(new CurvesDrawing(epochs, width, height).Draw());
    }

    private static void Require(IReadOnlyList<EpochReport> epochs)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        if (epochs.Count == 0)
        {
            throw new ArgumentException("no epochs to draw", nameof(epochs));
        }
    }

    private static Multiplot Curves(IReadOnlyList<EpochReport> epochs)
    {
        Require(epochs);
        var curves = new Multiplot();
        curves.AddPlots(2);
        curves.Layout = new ScottPlot.MultiplotLayouts.Grid(rows: 1, columns: 2);
        Draw(curves.Subplots.GetPlot(0), "loss", epochs, report => report.TrainLoss, report => report.HeldLoss);
        Draw(curves.Subplots.GetPlot(1), "top-1 accuracy, %", epochs, report => report.TrainTop1Percent, report => report.HeldTop1Percent);
        return curves;
    }

    private static void Draw(
        Plot plot, string title, IReadOnlyList<EpochReport> epochs, Func<EpochReport, double> train, Func<EpochReport, double?> held)
    {
        Line(plot, "train", Train, epochs, report => train(report));
        if (epochs.Any(report => held(report) is not null))
        {
            Line(plot, "held out", Held, epochs, held);
        }
        MarkPhases(plot, epochs);
        plot.Title(title);
        plot.XLabel("epoch");
        plot.Legend.OutlineColor = Colors.Transparent;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.ShowLegend(title.StartsWith("loss", StringComparison.Ordinal) ? Alignment.UpperRight : Alignment.LowerRight);
        if (PictureStyle.FontFamily is { } family)
        {
            plot.Font.Set(family);
        }
        plot.Grid.MajorLineColor = Color.FromHex("#e3e6ec");
        plot.Axes.Margins(horizontal: 0.04, vertical: 0.12);
        plot.Axes.Color(Grey);
        plot.Axes.Left.TickGenerator = Ticks(whole: false);
        plot.Axes.Bottom.TickGenerator = Ticks(whole: true);
    }

    private static void Line(Plot plot, string name, Color color, IReadOnlyList<EpochReport> epochs, Func<EpochReport, double?> value)
    {
        var known = epochs.Where(report => value(report) is { } number && double.IsFinite(number)).ToArray();
        var line = plot.Add.Scatter(
            known.Select(report => (double)report.Epoch).ToArray(), known.Select(report => value(report)!.Value).ToArray(), color);
        line.LegendText = name;
        line.LineWidth = 2;
        line.MarkerSize = known.Length > 40 ? 0 : 5;
    }

    private static void MarkPhases(Plot plot, IReadOnlyList<EpochReport> epochs)
    {
        if (GateHistory.FixedAfter(epochs) is { } last)
        {
            plot.Add.VerticalLine(last + 0.5, 1.2f, Grey, LinePattern.Dashed).LegendText = "gates fixed";
        }
    }

    private static ScottPlot.TickGenerators.NumericAutomatic Ticks(bool whole) => new()
    {
        IntegerTicksOnly = whole,
        LabelFormatter = Axis.Label,
    };
}

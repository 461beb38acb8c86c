// A table as curves: accuracy against the budget, or against the fan-in, and beside it what the learned wiring is ahead of the
// others on the same seeds. Bars are standard deviations; single seeds stand as pale dots. What was run stands below.
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Experiments.Tables;

/// <summary>Draws tables.</summary>
public static class TablePicture
{
    private const int Width = 1100, Height = 450;

    /// <summary>
    /// The curves as a standalone SVG; equal tables give equal text. Only one of budget and fan-in varies in it: of what could be
    /// drawn, that with the most rows is.
    /// </summary>
    /// <exception cref="ConfigurationException">All rows have one budget and one fan-in: there is no curve.</exception>
    public static string Draw(ExperimentTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var (across, rows) = Curves(table).OrderByDescending(curve => curve.Rows.Length).FirstOrDefault();
        if (rows is null)
        {
            throw new ConfigurationException($"--plot: the finished runs of {table.Experiment.Name} have one budget and one fan-in; a curve needs two");
        }
        return new Drawing(across, What(table, rows)).Draw(
            [.. rows.GroupBy(row => (Name: Name(row.Recipe), Kind: row.Recipe.Connectivity)).Select(group => new Series(
                group.Key.Name, Color(group.Key.Kind), Dash(group.First().Recipe),
                [.. group.Select(row => new Place(across.Of(row), row.Top1Percent, [.. row.Runs.Select(run => run.Record.Results!.Test.Top1Percent)]))]))],
            [.. table.Comparisons.Where(pair => rows.Contains(pair.Learned) && pair.Other.Recipe.Connectivity != ConnectivityKind.Learned)
                .GroupBy(pair => (Name: Name(pair.Learned.Recipe), Kind: pair.Other.Recipe.Connectivity)).Select(group => new Series(
                    $"{group.Key.Name} - {group.Key.Kind}", Color(group.Key.Kind), Dash(group.First().Learned.Recipe),
                    [.. group.Select(pair => new Place(across.Of(pair.Learned), pair.Test.Difference, []))]))]);
    }

    // One network, one image size, one set of images. No rivals.
    private static IEnumerable<(Across Across, TableRow[] Rows)> Curves(ExperimentTable table) => table.Rows
        .Where(row => row.Recipe.WiringSeed is null && row.Cell.WiringOf is null && (row.Cell.Estimator?.IsOurs() ?? true))
        .GroupBy(row => (row.Recipe.Network, row.ImageSize, row.TrainImages))
        .SelectMany(group => table.Experiment.Budgets is null ? OverBudgets([.. group]).Concat(OverFanIns([.. group])) : OverBudgets([.. group]));

    // What reads all blocks, or needs no number to say how many, is beside every fan-in.
    private static IEnumerable<(Across Across, TableRow[] Rows)> OverBudgets(TableRow[] rows) =>
        from fanIn in rows.Select(row => row.Recipe.FanIn).Distinct()
        let alike = rows.Where(row => row.Recipe.FanIn is null || row.Recipe.FanIn == fanIn).ToArray()
        let passes = alike.Select(row => row.ImagePasses).Distinct().Order().ToArray()
        where passes.Length > 1
        select (new Across(
            "training images seen, thousands (doubling)", row => Math.Log2(row.ImagePasses),
            [.. passes.Select(count => (Math.Log2(count), (count / 1000.0).ToString("#,0.#", CultureInfo.InvariantCulture)))]), alike);

    private static IEnumerable<(Across Across, TableRow[] Rows)> OverFanIns(TableRow[] rows) =>
        from alike in rows.GroupBy(row => row.ImagePasses)
        let fanIns = alike.Select(row => row.FanIn).Distinct().Order().ToArray()
        where fanIns.Length > 1 && alike.Any(row => row.Recipe.Connectivity is ConnectivityKind.Learned)
        select (new Across("fan-in K", row => row.FanIn, [.. fanIns.Select(fanIn => ((double)fanIn, Invariant.Text(fanIn)))]), alike.ToArray());

    private static string What(ExperimentTable table, TableRow[] rows)
    {
        var (first, seeds) = (rows[0], rows.Select(row => row.Runs.Count).ToArray());
        var epochs = rows.Select(row => row.Recipe.Training.Epochs).Distinct().Count() == 1 ? $", {Invariant.Text(first.Recipe.Training.Epochs)} epochs" : "";
        var count = seeds.Min() == seeds.Max() ? Invariant.Text(seeds.Max()) : $"{Invariant.Text(seeds.Min())} to {Invariant.Text(seeds.Max())}";
        var size = Invariant.Text(first.ImageSize);
        return $"{table.Experiment.Name}: {{{first.Recipe.Network}}}, {Invariant.Grouped(first.TrainImages)} images at {size}x{size}{epochs}; "
            + $"means over {count} {Invariant.Plural(seeds.Max(), "seed")}, pale dots: single seeds, bars: one standard deviation";
    }

    private static string Name(Recipe recipe) => recipe.Connectivity + RunGroups.Estimator(recipe);

    // Of learned wirings the usual rule's alone are drawn through.
    private static string Dash(Recipe recipe) => RunGroups.Estimator(recipe) == "" ? "" : recipe.Training.Gates.KeepBlocks ? "2 4" : "7 4";

    private static int Color(ConnectivityKind kind) => kind switch
    {
        ConnectivityKind.Learned => 0,
        ConnectivityKind.Random => 1,
        ConnectivityKind.FullBranches => 2,
        ConnectivityKind.Regular => 4,
        _ => 3,
    };

    private sealed record Across(string Title, Func<TableRow, double> Of, IReadOnlyList<(double Place, string Text)> Marks);

    private sealed record Place(double X, Spread Y, IReadOnlyList<double> Single)
    {
        public double Low => double.IsNaN(Y.Std) ? Y.Mean : Y.Mean - Y.Std;

        public double High => double.IsNaN(Y.Std) ? Y.Mean : Y.Mean + Y.Std;
    }

    private sealed record Series(string Name, int Color, string Dash, IReadOnlyList<Place> Places)
    {
        public string Dashes => Dash.Length > 0 ? $" stroke-dasharray=\"{Dash}\"" : "";

        // Hollow where dashed: a single point has no dashes.
        public string Marker => Dash.Length > 0 ? $"s{Invariant.Text(Color)} page" : $"f{Invariant.Text(Color)}";
    }

    private sealed class Drawing(Across across, string what)
    {
        private const double Left = 62, Right = 22, Bottom = 74, FirstKey = 46, KeyStep = 18;

        private readonly SvgDrawing svg = new(Width, Height, "Accuracy, and what learned wiring is ahead");
        private double top;

        public string Draw(IReadOnlyList<Series> accuracy, IReadOnlyList<Series> ahead)
        {
            top = Math.Max(Keys(accuracy, Left).Last().Y, Keys(ahead, Left).LastOrDefault().Y) + 20;
            svg.Text("key", Left, Height - 10, what, "start");
            Panel(0, "top-1 accuracy, %", accuracy, zero: false);
            Panel(Width / 2.0, "points ahead, same seeds", ahead, zero: true);
            return svg.ToString();
        }

        private void Panel(double offset, string title, IReadOnlyList<Series> series, bool zero)
        {
            var shown = series.SelectMany(one => one.Places).SelectMany(place => new[] { place.Low, place.High }.Concat(place.Single));
            double[] values = [.. shown, .. zero ? [0.0] : Array.Empty<double>()];
            var up = Axis.Round(values, Height - Bottom, top);
            var along = new Axis(across.Marks[0].Place, across.Marks[^1].Place, offset + Left + 18, offset + (Width / 2.0) - Right - 12);
            svg.Text("module", offset + Left, 28, title, "start");
            Grid(offset, along, up, zero);
            foreach (var (one, index) in series.Select((one, index) => (one, index)))
            {
                Curve(one, along, up, shift: 5 * (index - ((series.Count - 1) / 2.0)));
            }
            Legend(series, offset + Left);
        }

        private void Grid(double offset, Axis along, Axis up, bool zero)
        {
            foreach (var tick in up.Ticks(wholeOnly: false, about: 5))
            {
                var dashes = zero && tick == 0 ? "" : " stroke-dasharray=\"1 3\"";
                svg.Add($"<path class=\"end\"{dashes} d=\"M{offset + Left} {up.At(tick)}H{offset + (Width / 2.0) - Right}\"/>\n");
                svg.Text("key", offset + Left - 8, up.At(tick) + 4, Axis.Label(tick), "end");
            }
            foreach (var (place, text) in across.Marks)
            {
                svg.Text("key", along.At(place), Height - Bottom + 20, text);
            }
            svg.Text("key", offset + ((Left + (Width / 2.0) - Right) / 2), Height - Bottom + 40, across.Title);
        }

        private void Curve(Series series, Axis along, Axis up, double shift)
        {
            Place[] places = [.. series.Places.OrderBy(place => place.X)];
            double X(Place place) => along.At(place.X) + shift;
            var points = SvgDrawing.Points(places.Select(place => (X(place), up.At(place.Y.Mean))));
            svg.Add($"<polyline class=\"s{series.Color}\" fill=\"none\" stroke-width=\"2\"{series.Dashes} points=\"{points}\"/>\n");
            foreach (var place in places)
            {
                svg.Add($"<path class=\"s{series.Color}\" stroke-width=\"1.3\" d=\"M{X(place)} {up.At(place.Low)}V{up.At(place.High)}\"/>\n");
                foreach (var value in place.Single.Count > 1 ? place.Single : [])
                {
                    svg.Add($"<circle class=\"f{series.Color}\" fill-opacity=\"0.35\" cx=\"{X(place)}\" cy=\"{up.At(value)}\" r=\"2.2\"/>\n");
                }
                svg.Add($"<circle class=\"{series.Marker}\" stroke-width=\"1.6\" cx=\"{X(place)}\" cy=\"{up.At(place.Y.Mean)}\" r=\"3.6\"/>\n");
            }
        }

        private void Legend(IReadOnlyList<Series> series, double left)
        {
            foreach (var (one, x, y) in Keys(series, left))
            {
                svg.Add($"<path class=\"s{one.Color}\" stroke-width=\"2\"{one.Dashes} d=\"M{x} {y}h18\"/>\n");
                svg.Add($"<circle class=\"{one.Marker}\" stroke-width=\"1.6\" cx=\"{x + 9}\" cy=\"{y}\" r=\"3\"/>\n");
                svg.Text("key", x + 24, y + 4, one.Name, "start");
            }
        }

        // As many lines as it needs.
        private static IEnumerable<(Series Series, double X, double Y)> Keys(IReadOnlyList<Series> series, double left)
        {
            var (x, y) = (left, FirstKey);
            foreach (var one in series)
            {
                var width = 40 + (6.6 * one.Name.Length);
                if (x > left && x + width > left + (Width / 2.0) - Left)
                {
                    (x, y) = (left, y + KeyStep);
                }
                yield return (one, x, y);
                x += width;
            }
        }
    }
}

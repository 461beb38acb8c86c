// Curves of made-up tables: which axis, where the points lie, and what is refused.
using System.Globalization;
using System.Xml.Linq;
using GateConnect.Architecture;
using GateConnect.Experiments.Tables;
using GateConnect.Runtime;
using GateConnect.Training;
using static GateConnect.Tests.Experiments.Tables.TableSamples;

namespace GateConnect.Tests.Experiments.Tables;

public sealed class TablePictureTests
{
    [Fact]
    public void Budgets_double_along_the_axis_and_accuracy_rises_up_the_page()
    {
        var picture = XDocument.Parse(TablePicture.Draw(Table(
            Row(ConnectivityRule.Random(4), epochs: 5, 50, 52), Row(ConnectivityRule.Learned(4), epochs: 5, 49, 51),
            Row(ConnectivityRule.Random(4), epochs: 10, 60, 61), Row(ConnectivityRule.Learned(4), epochs: 10, 62, 63),
            Row(ConnectivityRule.Random(4), epochs: 20, 70, 70), Row(ConnectivityRule.Learned(4), epochs: 20, 75, 74))));
        var lines = Lines(picture);
        Assert.Equal(3, lines.Count); // two rules, and their difference
        Assert.All(lines, line => Assert.Equal(line[1].X - line[0].X, line[2].X - line[1].X, 1));
        Assert.All(lines, line => Assert.True(line[0].Y > line[1].Y && line[1].Y > line[2].Y));
        Assert.Contains(picture.Descendants(), text => text.Value == "Learned - Random");
    }

    [Fact]
    public void One_budget_goes_along_the_fan_in()
    {
        var text = TablePicture.Draw(Table(
            Row(ConnectivityRule.Learned(1), epochs: 5, 50), Row(ConnectivityRule.Random(1), epochs: 5, 45),
            Row(ConnectivityRule.Learned(2), epochs: 5, 55), Row(ConnectivityRule.Random(2), epochs: 5, 56),
            Row(ConnectivityRule.FullBranches, epochs: 5, 60)));
        Assert.Contains("fan-in K", text, StringComparison.Ordinal);
        Assert.Equal([2, 2, 1, 2, 2], Lines(XDocument.Parse(text)).Select(line => line.Count));
    }

    [Fact]
    public void Where_budget_and_fan_in_vary_only_one_of_them_is_drawn()
    {
        TableRow[] fanIns =
        [
            .. new[] { 1, 2, 3 }.Select(fanIn => Row(ConnectivityRule.Learned(fanIn), epochs: 10, 50 + fanIn)),
            Row(ConnectivityRule.FullBranches, epochs: 10, 60),
        ];
        var text = TablePicture.Draw(Table([.. fanIns, Row(ConnectivityRule.Learned(2), epochs: 20, 70)]));
        Assert.Contains("fan-in K", text, StringComparison.Ordinal);
        Assert.Equal([3, 1], Lines(XDocument.Parse(text)).Take(2).Select(line => line.Count));
        text = TablePicture.Draw(Table([.. fanIns, .. new[] { 20, 40, 80 }.Select(epochs => Row(ConnectivityRule.Learned(2), epochs, epochs))]));
        Assert.Contains("training images seen", text, StringComparison.Ordinal);
        Assert.Equal([4, 1], Lines(XDocument.Parse(text)).Take(2).Select(line => line.Count));
    }

    [Fact]
    public void The_rule_gradual_is_dashed_beside_the_relaxed_one_and_neither_is_compared_with_the_other()
    {
        var text = TablePicture.Draw(Table([.. new[] { 5, 10 }.SelectMany(epochs => new[]
        {
            Row(ConnectivityRule.Random(4), epochs, 50 + epochs), Row(ConnectivityRule.Full, epochs, 51 + epochs),
            Row(ConnectivityRule.FullBranches, epochs, 52 + epochs), Row(ConnectivityRule.Learned(4), epochs, 53 + epochs),
            Row(ConnectivityRule.Learned(4), epochs, EstimatorKind.Gradual, 54 + epochs),
        })]));
        Assert.Equal(5 + 6, Lines(XDocument.Parse(text)).Count);
        Assert.Contains(">Learned, gradual - Random<", text, StringComparison.Ordinal);
        Assert.Equal(2 * (1 + 3), text.Split("stroke-dasharray=\"7 4\"").Length - 1); // line and key
    }

    [Fact]
    public void Wirings_in_which_no_block_dies_look_like_no_other()
    {
        var text = TablePicture.Draw(Table([.. new[] { 1, 2 }.SelectMany(fanIn => new[]
        {
            Row(ConnectivityRule.Random(fanIn), 5, 50 + fanIn), Row(ConnectivityRule.Regular(fanIn), 5, 51 + fanIn),
            Row(ConnectivityRule.Learned(fanIn), 5, new GateOptions { Estimator = EstimatorKind.Gradual }, 52 + fanIn),
            Row(ConnectivityRule.Learned(fanIn), 5, new GateOptions { Estimator = EstimatorKind.Gradual, KeepBlocks = true }, 53 + fanIn),
        })]));
        Assert.Equal(4 + 4, Lines(XDocument.Parse(text)).Count);
        Assert.Contains(">Learned, gradual, blocks kept - Regular<", text, StringComparison.Ordinal);
        Assert.Equal(2 * (1 + 2), text.Split("stroke-dasharray=\"2 4\"").Length - 1); // line and key
        Assert.Equal(2 * (1 + 2), text.Split("stroke-dasharray=\"7 4\"").Length - 1);
        Assert.Equal(1 + 2, text.Split("<polyline class=\"s4\"").Length - 1);
    }

    [Fact]
    public void Where_there_is_no_curve_it_says_so() => Assert.Contains(
        "a curve needs two",
        Assert.Throws<ConfigurationException>(() => TablePicture.Draw(Table(Row(ConnectivityRule.Learned(4), epochs: 5, 50)))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Equal_tables_give_equal_text_in_every_culture()
    {
        var table = Table(Row(ConnectivityRule.Learned(4), epochs: 5, 50.5), Row(ConnectivityRule.Learned(4), epochs: 10, 60.25));
        var (expected, culture) = (TablePicture.Draw(table), CultureInfo.CurrentCulture);
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            Assert.Equal(expected, TablePicture.Draw(table));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private static List<List<(double X, double Y)>> Lines(XDocument picture) =>
    [
        .. picture.Descendants().Where(element => element.Name.LocalName == "polyline").Select(line => line.Attribute("points")!.Value.Split(' ')
            .Select(point => point.Split(','))
            .Select(point => (double.Parse(point[0], CultureInfo.InvariantCulture), double.Parse(point[1], CultureInfo.InvariantCulture))).ToList()),
    ];
}

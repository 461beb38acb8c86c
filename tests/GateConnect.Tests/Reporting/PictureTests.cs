using System.Text;
using System.Xml.Linq;
using CsCheck;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Training;

namespace GateConnect.Tests.Reporting;

public sealed class PictureTests
{
    [Fact]
    public void The_picture_of_a_wiring_is_golden() =>
        Golden.Check("connectivity.svg", () => ConnectivityPicture.Draw(Samples.Blueprint, Samples.Wiring(), Samples.Gates(Samples.Wiring())));

    [Fact]
    public void Every_open_gate_is_an_edge_and_every_block_a_node() =>
        Gen.Select(Gen.Int[0, 3].Select(index => new[] { 1, 2, 8, 32 }[index]), Gen.ULong).Sample((cardinality, seed) =>
        {
            var blueprint = NetworkBlueprint.Create(new NetworkSize(11, 4, cardinality), new ImageShape(3, 32, 32), classes: 10);
            var random = new SeededRandom(seed);
            var fanIn = 1 + (int)(seed % (ulong)cardinality);
            var wiring = Connectivity.Random(blueprint, fanIn, random);
            var drawing = XDocument.Parse(ConnectivityPicture.Draw(blueprint, wiring));
            XNamespace svg = "http://www.w3.org/2000/svg";
            var edges = drawing.Root!.Elements(svg + "g").Single(group => (string?)group.Attribute("class") == "edges").Elements(svg + "path").Count();
            var nodes = drawing.Root!.Elements(svg + "g").Count(group => group.Element(svg + "title") is not null);
            return nodes == blueprint.Blocks && edges == wiring.Modules.Sum(module => module.Readers * module.FanIn) + (2 * cardinality);
        }, iter: 30);

    [Fact]
    public void The_graph_has_every_block_and_every_open_gate_and_the_pixels_are_an_image()
    {
        var (wiring, gates) = (Samples.Wiring(), Samples.Gates(Samples.Wiring()));
        var graph = ConnectivityDot.Write(Samples.Blueprint, wiring, gates);
        Assert.Equal((5 * 8 * 2) + 16, graph.Split(" -> ").Length - 1);
        Assert.Equal(48, graph.Split("tooltip=").Length - 1);
        Assert.Equal(5 * 8 * 2, graph.Split(", gate=").Length - 1);
        Assert.DoesNotContain("gate=", ConnectivityDot.Write(Samples.Blueprint, wiring), StringComparison.Ordinal);
        byte[] signature = [0x89, 0x50, 0x4E, 0x47];
        Assert.Equal(signature, ConnectivityPicture.Png(Samples.Blueprint, wiring, gates)[..4]);
        Assert.Equal(ConnectivityPicture.Png(Samples.Blueprint, wiring, gates), ConnectivityPicture.Png(Samples.Blueprint, wiring, gates));
    }

    [Fact]
    public void The_graph_of_a_wiring_is_golden() =>
        Golden.Check("connectivity.dot", () => ConnectivityDot.Write(Samples.Blueprint, Samples.Wiring(), Samples.Gates(Samples.Wiring())));

    [Fact]
    public void Dead_blocks_cascade_and_agree_with_the_table()
    {
        var wiring = Samples.Wiring(fanIn: 1);
        var drawing = ConnectivityPicture.Draw(Samples.Blueprint, wiring);
        var table = WiringTable.Write(Samples.Blueprint, wiring);
        var dead = drawing.Split("class=\"block dead\"").Length - 2; // one is the legend's
        Assert.True(dead > 0);
        Assert.Equal(dead, table.Split('\n').Count(line => line.EndsWith("  dead", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var other = NetworkBlueprint.Create(new NetworkSize(11, 4, 8), new ImageShape(1, 28, 28), classes: 10);
        Assert.Throws<ArgumentException>(() => ConnectivityPicture.Draw(other, Samples.Wiring()));
        Assert.Throws<ArgumentException>(() => ConnectivityPicture.Draw(Samples.Blueprint, Samples.Wiring(), [new float[8, 8]]));
    }

    [Fact]
    public void Curves_are_a_png_and_an_svg_image()
    {
        byte[] signature = [0x89, 0x50, 0x4E, 0x47];
        Assert.Equal(signature, CurvesPicture.Png(Samples.Epochs)[..4]);
        Assert.Equal(["train", "held out"], Curves(Samples.Epochs).Texts.Where(text => text is "train" or "held out").Distinct());
        Assert.NotEmpty(CurvesPicture.Png([Samples.Epochs[0]]));
        Assert.Throws<ArgumentException>(() => CurvesPicture.Png([]));
    }

    [Fact]
    public void The_curves_of_a_run_are_golden() =>
        Golden.Check("curves.svg", () => Encoding.UTF8.GetString(CurvesPicture.Svg(Samples.Epochs)));

    [Fact]
    public void Curves_have_a_point_for_every_finite_value_and_none_for_others()
    {
        var diverged = Samples.Epochs.Select(report => report.Epoch == 4 ? report with { TrainLoss = double.NaN } : report).ToList();
        Assert.Equal([5, 3, 6, 3], Curves(diverged).Points);
        Assert.Equal([1, 1], Curves([Samples.Epochs[0]]).Points);
        Assert.Equal([0, 0], Curves([Samples.Epochs[0] with { TrainLoss = double.NaN, TrainTop1Percent = double.NaN }]).Points);
        Assert.Contains("gates fixed", Curves(diverged).Texts);
        Assert.DoesNotContain("gates fixed", Curves([Samples.Epochs[0]]).Texts);
    }

    private static (int[] Points, string[] Texts) Curves(IReadOnlyList<EpochReport> epochs)
    {
        var drawing = XDocument.Parse(Encoding.UTF8.GetString(CurvesPicture.Svg(epochs)));
        var lines = drawing.Descendants().Where(element => element.Name.LocalName == "polyline");
        return (
            [.. lines.Select(line => ((string)line.Attribute("points")!).Split(' ', StringSplitOptions.RemoveEmptyEntries).Length)],
            [.. drawing.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value)]);
    }
}

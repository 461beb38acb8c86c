// A wiring as a picture: a standalone SVG without scripts, fonts or links, the same text for the same wiring. Modules are
// columns from the stem to the head, blocks are nodes, open gates are edges; dead blocks are dashed and pale.
using System.Text;
using GateConnect.Architecture;

namespace GateConnect.Reporting;

/// <summary>Draws who reads whom.</summary>
public static class ConnectivityPicture
{
    private const int Accents = 4;

    /// <summary>Draws a network's wiring.</summary>
    /// <param name="blueprint">The network.</param>
    /// <param name="connectivity">Its wiring.</param>
    /// <param name="gates">Real gates of modules 1, 2, ..., [readers, sources]; the larger, the stronger an edge. Null for equal edges.</param>
    /// <returns>An SVG document for light and dark backgrounds.</returns>
    /// <exception cref="ArgumentException">Wiring or gates do not fit the network.</exception>
    public static string Draw(NetworkBlueprint blueprint, Connectivity connectivity, IReadOnlyList<float[,]>? gates = null) =>
        new Drawing(new WiringScene(blueprint, connectivity, gates)).Draw();

    /// <summary>The same as a PNG image on white.</summary>
    /// <inheritdoc cref="Draw"/>
    /// <returns>The bytes of the file; where the machine has no fonts, the picture comes without letters.</returns>
    public static byte[] Png(NetworkBlueprint blueprint, Connectivity connectivity, IReadOnlyList<float[,]>? gates = null) =>
        new ConnectivityPixels(new WiringScene(blueprint, connectivity, gates)).Draw();

    private sealed class Drawing(WiringScene scene)
    {
        private readonly NetworkBlueprint blueprint = scene.Blueprint;
        private readonly bool[][] live = scene.Live;
        private readonly PictureLayout layout = new(scene.Blueprint);
        private readonly StringBuilder svg = new();

        public string Draw()
        {
            var (width, height) = (Invariant.Short(layout.Width), Invariant.Short(layout.Height));
            svg.Append(Invariant.Culture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" ");
            svg.Append("role=\"img\" aria-labelledby=\"title desc\">\n");
            svg.Append(Invariant.Culture, $"<title id=\"title\">{Title()}</title>\n<desc id=\"desc\">{Description()}</desc>\n");
            svg.Append(PictureStyle.Css);
            svg.Append("<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
            DrawHeadings();
            DrawStages();
            DrawEdges();
            DrawEnds();
            DrawBlocks();
            DrawLegend();
            return svg.Append("</svg>\n").ToString();
        }

        private string Title()
        {
            var (alive, all) = (scene.LiveCount, blueprint.Blocks);
            return $"{{{blueprint.Size}}}: {Invariant.Text(alive)} of {Invariant.Text(all)} blocks live";
        }

        private string Description() =>
            $"{Invariant.Text(live.Length)} modules from the stem (left) to the head (right). {WiringTable.DeadLine(live).TrimEnd()}.";

        private void DrawHeadings()
        {
            var (alive, all) = (scene.LiveCount, blueprint.Blocks);
            var fanIn = scene.FanIn.Length == 0 ? "" : $"{scene.FanIn}  ·  ";
            svg.Append(Invariant.Culture, $"<text class=\"title\" x=\"36\" y=\"44\">Connectivity of {{{blueprint.Size}}}</text>\n");
            svg.Append(
                $"<text class=\"note\" x=\"36\" y=\"67\">{fanIn}{Invariant.Text(alive)} of {Invariant.Text(all)} blocks live"
                + (alive == all ? "" : $"  ·  {Invariant.Text(all - alive)} dead") + "</text>\n");
        }

        private void DrawStages()
        {
            foreach (var stage in blueprint.Modules.GroupBy(module => module.Stage))
            {
                var (left, right) = (layout.ModuleX[stage.First().Index] - 41, layout.ModuleX[stage.Last().Index] + 41);
                var (height, width) = blueprint.OutputOf(stage.Last().Index);
                svg.Append(Invariant.Culture,
                    $"<rect class=\"stage\" x=\"{Invariant.Short(left)}\" y=\"{Invariant.Short(PictureLayout.Top - 42)}\" "
                    + $"width=\"{Invariant.Short(right - left)}\" height=\"{Invariant.Short(layout.ColumnHeight + 82)}\" rx=\"14\"/>\n");
                var shape = $"{Invariant.Text(stage.First().OutputChannels)} ch, {Invariant.Text(height)}×{Invariant.Text(width)}";
                var center = (left + right) / 2;
                Text($"stage-name f{stage.Key % Accents}", center, PictureLayout.Top - 22, $"stage {Invariant.Text(stage.Key)}");
                Text("small", center, PictureLayout.Top - 6, right - left < 100 ? $"{Invariant.Text(stage.First().OutputChannels)} ch" : shape);
            }
        }

        private void DrawEdges()
        {
            var last = live.Length - 1;
            svg.Append("<g class=\"edges\">\n");
            for (var block = 0; block < live[0].Length; block++)
            {
                Edge(live[0][block] ? "end" : "end pale", (layout.StemX + 34, layout.Middle), Left(0, block), "");
            }
            for (var index = 1; index < live.Length; index++)
            {
                DrawModuleEdges(index);
            }
            for (var block = 0; block < live[last].Length; block++)
            {
                Edge("end", Right(last, block), (layout.HeadX - 34, layout.Middle), "");
            }
            svg.Append("</g>\n");
        }

        private void DrawModuleEdges(int index)
        {
            var accent = blueprint.Modules[index].Stage % Accents;
            var thin = layout.Pitch < 25 ? 0.6 : 1;
            foreach (var edge in scene.Edges(index))
            {
                var style = edge.Alive
                    ? $" stroke-width=\"{Invariant.Short(thin * (0.9 + (2.1 * edge.Strength)))}\" stroke-opacity=\"{Invariant.Short(0.22 + (0.6 * edge.Strength))}\""
                    : "";
                Edge(edge.Alive ? $"s{accent}" : "pale", Right(index - 1, edge.Source), Left(index, edge.Reader), style);
            }
        }

        private void DrawEnds()
        {
            var stem = blueprint.Stem;
            Pill(layout.StemX, "stem", $"{Invariant.Text(stem.Channels)} ch");
            Pill(layout.HeadX, "head", $"{Invariant.Text(blueprint.Classes)} cls");
        }

        private void DrawBlocks()
        {
            for (var index = 0; index < live.Length; index++)
            {
                var x = layout.ModuleX[index];
                Text("module", x, PictureLayout.Top + layout.ColumnHeight + 18, $"module {Invariant.Text(index)}");
                Text("small", x, PictureLayout.Top + layout.ColumnHeight + 33, Counted(live[index]));
                for (var block = 0; block < live[index].Length; block++)
                {
                    DrawBlock(index, block);
                }
            }
        }

        private void DrawBlock(int index, int block)
        {
            var (x, y) = (layout.ModuleX[index], layout.BlockY(block, live[index].Length));
            var look = live[index][block] ? $"b{blueprint.Modules[index].Stage % Accents}" : "dead";
            svg.Append(Invariant.Culture, $"<g><title>{scene.Describe(index, block)}</title>");
            svg.Append(Invariant.Culture, $"<circle class=\"block {look}\" cx=\"{Invariant.Short(x)}\" cy=\"{Invariant.Short(y)}\" r=\"{Invariant.Short(layout.Radius)}\"/>");
            if (layout.Radius >= 8)
            {
                var size = layout.Radius * 0.92;
                svg.Append(Invariant.Culture,
                    $"<text class=\"number {(live[index][block] ? "" : "faded")}\" x=\"{Invariant.Short(x)}\" y=\"{Invariant.Short(y + (size * 0.36))}\" "
                    + $"font-size=\"{Invariant.Short(size)}\">{Invariant.Text(block)}</text>");
            }
            svg.Append("</g>\n");
        }

        private void DrawLegend()
        {
            var y = layout.Height - 24;
            var text = Invariant.Short(y + 4);
            svg.Append(Invariant.Culture, $"<circle class=\"block b0\" cx=\"45\" cy=\"{Invariant.Short(y)}\" r=\"7\"/><text class=\"key\" x=\"59\" y=\"{text}\">block</text>\n");
            svg.Append(Invariant.Culture, $"<path class=\"s0\" fill=\"none\" stroke-width=\"2\" stroke-opacity=\"0.75\" d=\"M112 {Invariant.Short(y)}h30\"/>");
            svg.Append(Invariant.Culture, $"<text class=\"key\" x=\"150\" y=\"{text}\">{(scene.Gates is null ? "open gate" : "open gate; thicker: larger real gate")}</text>\n");
            var next = scene.Gates is null ? 236 : 382;
            svg.Append(Invariant.Culture, $"<circle class=\"block dead\" cx=\"{Invariant.Text(next)}\" cy=\"{Invariant.Short(y)}\" r=\"7\"/>");
            svg.Append(Invariant.Culture, $"<text class=\"key\" x=\"{Invariant.Text(next + 14)}\" y=\"{text}\">dead: no live block reads it</text>\n");
        }

        private (double X, double Y) Left(int module, int block) =>
            (layout.ModuleX[module] - layout.Radius, layout.BlockY(block, live[module].Length));

        private (double X, double Y) Right(int module, int block) =>
            (layout.ModuleX[module] + layout.Radius, layout.BlockY(block, live[module].Length));

        private void Edge(string look, (double X, double Y) from, (double X, double Y) to, string style)
        {
            var bend = (to.X - from.X) * 0.45;
            svg.Append(Invariant.Culture,
                $"<path class=\"{look}\"{style} d=\"M{Invariant.Short(from.X)} {Invariant.Short(from.Y)}C{Invariant.Short(from.X + bend)} "
                + $"{Invariant.Short(from.Y)} {Invariant.Short(to.X - bend)} {Invariant.Short(to.Y)} {Invariant.Short(to.X)} {Invariant.Short(to.Y)}\"/>\n");
        }

        private void Pill(double x, string name, string detail)
        {
            svg.Append(Invariant.Culture,
                $"<rect class=\"pill\" x=\"{Invariant.Short(x - 34)}\" y=\"{Invariant.Short(layout.Middle - 24)}\" width=\"68\" height=\"48\" rx=\"12\"/>\n");
            Text("module", x, layout.Middle - 2, name);
            Text("small", x, layout.Middle + 14, detail);
        }

        private void Text(string look, double x, double y, string text) =>
            svg.Append(Invariant.Culture, $"<text class=\"{look} mid\" x=\"{Invariant.Short(x)}\" y=\"{Invariant.Short(y)}\">{text}</text>\n");

        private static string Counted(bool[] blocks) =>
            $"{Invariant.Text(blocks.Count(block => block))}/{Invariant.Text(blocks.Length)} live";
    }
}

// A wiring as a picture: a standalone SVG without scripts, fonts or links, the same text for the same wiring. Modules are
// columns from the stem to the head, blocks are nodes, open gates are edges; dead blocks are dashed and pale.
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
        new Drawing(new WiringScene(blueprint, connectivity, gates), new PictureLayout(blueprint)).Draw();

    /// <summary>The same as a PNG image on white.</summary>
    /// <inheritdoc cref="Draw"/>
    /// <returns>The bytes of the file; where the machine has no fonts, the picture comes without letters.</returns>
    public static byte[] Png(NetworkBlueprint blueprint, Connectivity connectivity, IReadOnlyList<float[,]>? gates = null) =>
        new ConnectivityPixels(new WiringScene(blueprint, connectivity, gates)).Draw();

    private sealed class Drawing(WiringScene scene, PictureLayout layout)
    {
        private readonly NetworkBlueprint blueprint = scene.Blueprint;
        private readonly bool[][] live = scene.Live;
        private readonly SvgDrawing svg = new(layout.Width, layout.Height, Title(scene), Description(scene));

        public string Draw()
        {
            DrawHeadings();
            DrawStages();
            DrawEdges();
            DrawEnds();
            DrawBlocks();
            DrawLegend();
            return svg.ToString();
        }

        private static string Title(WiringScene scene) =>
            $"{{{scene.Blueprint.Size}}}: {Invariant.Text(scene.LiveCount)} of {Invariant.Text(scene.Blueprint.Blocks)} blocks live";

        private static string Description(WiringScene scene) =>
            $"{Invariant.Text(scene.Live.Length)} modules from the stem (left) to the head (right). {WiringTable.DeadLine(scene.Live).TrimEnd()}.";

        private void DrawHeadings()
        {
            var (alive, all) = (scene.LiveCount, blueprint.Blocks);
            var fanIn = scene.FanIn.Length == 0 ? "" : $"{scene.FanIn}  ·  ";
            var dead = alive == all ? "" : $"  ·  {Invariant.Text(all - alive)} dead";
            svg.Add($"<text class=\"title\" x=\"36\" y=\"44\">Connectivity of {{{blueprint.Size}}}</text>\n");
            svg.Add($"<text class=\"note\" x=\"36\" y=\"67\">{fanIn}{alive} of {all} blocks live{dead}</text>\n");
        }

        private void DrawStages()
        {
            foreach (var stage in blueprint.Modules.GroupBy(module => module.Stage))
            {
                var (left, right) = (layout.ModuleX[stage.First().Index] - 41, layout.ModuleX[stage.Last().Index] + 41);
                var (height, width) = blueprint.OutputOf(stage.Last().Index);
                svg.Add($"<rect class=\"stage\" x=\"{left}\" y=\"{PictureLayout.Top - 42}\" width=\"{right - left}\" height=\"{layout.ColumnHeight + 82}\" rx=\"14\"/>\n");
                var shape = $"{Invariant.Text(stage.First().OutputChannels)} ch, {Invariant.Text(height)}×{Invariant.Text(width)}";
                var center = (left + right) / 2;
                svg.Text($"stage-name f{stage.Key % Accents}", center, PictureLayout.Top - 22, $"stage {Invariant.Text(stage.Key)}");
                svg.Text("small", center, PictureLayout.Top - 6, right - left < 100 ? $"{Invariant.Text(stage.First().OutputChannels)} ch" : shape);
            }
        }

        private void DrawEdges()
        {
            var last = live.Length - 1;
            svg.Add($"<g class=\"edges\">\n");
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
            svg.Add($"</g>\n");
        }

        private void DrawModuleEdges(int index)
        {
            var accent = blueprint.Modules[index].Stage % Accents;
            var thin = layout.Pitch < 25 ? 0.6 : 1;
            foreach (var edge in scene.Edges(index))
            {
                var style = edge.Alive
                    ? $" stroke-width=\"{Invariant.Short(thin * (0.9 + (2.1 * edge.Strength)))}\""
                        + $" stroke-opacity=\"{Invariant.Short(0.22 + (0.6 * edge.Strength))}\""
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
                svg.Text("module", x, PictureLayout.Top + layout.ColumnHeight + 18, $"module {Invariant.Text(index)}");
                svg.Text("small", x, PictureLayout.Top + layout.ColumnHeight + 33, Counted(live[index]));
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
            svg.Add($"<g><title>{scene.Describe(index, block)}</title>");
            svg.Add($"<circle class=\"block {look}\" cx=\"{x}\" cy=\"{y}\" r=\"{layout.Radius}\"/>");
            if (layout.Radius >= 8)
            {
                var size = layout.Radius * 0.92;
                var faded = live[index][block] ? "" : "faded";
                svg.Add($"<text class=\"number {faded}\" x=\"{x}\" y=\"{y + (size * 0.36)}\" font-size=\"{size}\">{block}</text>");
            }
            svg.Add($"</g>\n");
        }

        private void DrawLegend()
        {
            var y = layout.Height - 24;
            var text = y + 4;
            svg.Add($"<circle class=\"block b0\" cx=\"45\" cy=\"{y}\" r=\"7\"/><text class=\"key\" x=\"59\" y=\"{text}\">block</text>\n");
            svg.Add($"<path class=\"s0\" fill=\"none\" stroke-width=\"2\" stroke-opacity=\"0.75\" d=\"M112 {y}h30\"/>");
            svg.Add($"<text class=\"key\" x=\"150\" y=\"{text}\">{(scene.Gates is null ? "open gate" : "open gate; thicker: larger real gate")}</text>\n");
            var next = scene.Gates is null ? 236 : 382;
            svg.Add($"<circle class=\"block dead\" cx=\"{next}\" cy=\"{y}\" r=\"7\"/>");
            svg.Add($"<text class=\"key\" x=\"{next + 14}\" y=\"{text}\">dead: no live block reads it</text>\n");
        }

        private (double X, double Y) Left(int module, int block) =>
            (layout.ModuleX[module] - layout.Radius, layout.BlockY(block, live[module].Length));

        private (double X, double Y) Right(int module, int block) =>
            (layout.ModuleX[module] + layout.Radius, layout.BlockY(block, live[module].Length));

        private void Edge(string look, (double X, double Y) from, (double X, double Y) to, string style)
        {
            var bend = (to.X - from.X) * 0.45;
            svg.Add($"<path class=\"{look}\"{style} d=\"M{from.X} {from.Y}C{from.X + bend} {from.Y} {to.X - bend} {to.Y} {to.X} {to.Y}\"/>\n");
        }

        private void Pill(double x, string name, string detail)
        {
            svg.Add($"<rect class=\"pill\" x=\"{x - 34}\" y=\"{layout.Middle - 24}\" width=\"68\" height=\"48\" rx=\"12\"/>\n");
            svg.Text("module", x, layout.Middle - 2, name);
            svg.Text("small", x, layout.Middle + 14, detail);
        }

        private static string Counted(bool[] blocks) =>
            $"{Invariant.Text(blocks.Count(block => block))}/{Invariant.Text(blocks.Length)} live";
    }
}

// The picture of a wiring as pixels: the layout of the SVG, drawn for light backgrounds, twice as fine while that stays small.
using SkiaSharp;

namespace GateConnect.Reporting;

internal sealed class ConnectivityPixels(WiringScene scene)
{
    private const double MostPixels = 4096;

    private static readonly SKColor Ink = SKColor.Parse("#1f2430"), Grey = SKColor.Parse("#5a6272"), Pale = SKColor.Parse("#8a93a5");
    private static readonly SKColor Panel = SKColor.Parse("#f4f5f8"), Rim = SKColor.Parse("#e3e6ec");

    private readonly PictureLayout layout = new(scene.Blueprint);
    private readonly SKTypeface face = PictureStyle.FontFamily is { } family ? SKTypeface.FromFamilyName(family) : SKTypeface.Default;

    public byte[] Draw()
    {
        var scale = (float)Math.Min(2, MostPixels / Math.Max(layout.Width, layout.Height));
        using var bitmap = new SKBitmap((int)Math.Ceiling(layout.Width * scale), (int)Math.Ceiling(layout.Height * scale));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            canvas.Scale(scale);
            Text(canvas, 36, 44, $"Connectivity of {{{scene.Blueprint.Size}}}", 21, Ink, SKTextAlign.Left);
            var blocks = $"{Invariant.Text(scene.LiveCount)} of {Invariant.Text(scene.Blueprint.Blocks)} blocks live";
            Text(canvas, 36, 67, $"{scene.FanIn}  ·  {blocks}", 13.5, Grey, SKTextAlign.Left);
            DrawStages(canvas);
            DrawEdges(canvas);
            DrawEnd(canvas, layout.StemX, "stem");
            DrawEnd(canvas, layout.HeadX, "head");
            DrawBlocks(canvas);
        }
        using var image = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return image.ToArray();
    }

    private void DrawStages(SKCanvas canvas)
    {
        foreach (var stage in scene.Blueprint.Modules.GroupBy(module => module.Stage))
        {
            var (left, right) = (layout.ModuleX[stage.First().Index] - 41, layout.ModuleX[stage.Last().Index] + 41);
            Box(canvas, left, PictureLayout.Top - 42, (right - left, layout.ColumnHeight + 82, 14), (Panel, Rim));
            Text(canvas, (left + right) / 2, PictureLayout.Top - 22, $"stage {Invariant.Text(stage.Key)}", 13, Accent(stage.First().Index), SKTextAlign.Center);
        }
    }

    private void DrawEdges(SKCanvas canvas)
    {
        var last = scene.Live.Length - 1;
        for (var block = 0; block < scene.Live[0].Length; block++)
        {
            Curve(canvas, (layout.StemX + 34, layout.Middle), Left(0, block), Pale.WithAlpha(140), 1);
        }
        for (var block = 0; block < scene.Live[last].Length; block++)
        {
            Curve(canvas, Right(last, block), (layout.HeadX - 34, layout.Middle), Pale.WithAlpha(140), 1);
        }
        var thin = layout.Pitch < 25 ? 0.6 : 1;
        foreach (var edge in Enumerable.Range(1, last).SelectMany(scene.Edges))
        {
            var color = edge.Alive ? Accent(edge.Module).WithAlpha((byte)(255 * (0.22 + (0.6 * edge.Strength)))) : Pale.WithAlpha(90);
            Curve(canvas, Right(edge.Module - 1, edge.Source), Left(edge.Module, edge.Reader), color, edge.Alive ? thin * (0.9 + (2.1 * edge.Strength)) : 0.7);
        }
    }

    private void DrawBlocks(SKCanvas canvas)
    {
        for (var module = 0; module < scene.Live.Length; module++)
        {
            var x = layout.ModuleX[module];
            Text(canvas, x, PictureLayout.Top + layout.ColumnHeight + 18, $"module {Invariant.Text(module)}", 12, Ink, SKTextAlign.Center);
            for (var block = 0; block < scene.Live[module].Length; block++)
            {
                DrawBlock(canvas, module, block);
            }
        }
    }

    private void DrawBlock(SKCanvas canvas, int module, int block)
    {
        var (x, y, alive) = (layout.ModuleX[module], Y(module, block), scene.Live[module][block]);
        Disc(canvas, x, y, layout.Radius, alive ? (Accent(module), SKColors.White) : (Panel, Pale));
        if (layout.Radius >= 8)
        {
            Text(canvas, x, y + (layout.Radius * 0.33), Invariant.Text(block), layout.Radius * 0.92, alive ? SKColors.White : Pale, SKTextAlign.Center);
        }
    }

    private void DrawEnd(SKCanvas canvas, double x, string name)
    {
        Box(canvas, x - 34, layout.Middle - 24, (68, 48, 12), (SKColors.White, Pale));
        Text(canvas, x, layout.Middle + 4, name, 12, Ink, SKTextAlign.Center);
    }

    private static void Box(SKCanvas canvas, double x, double y, (double Width, double Height, double Round) size, (SKColor Fill, SKColor Rim) look)
    {
        using var shape = new SKRoundRect(SKRect.Create((float)x, (float)y, (float)size.Width, (float)size.Height), (float)size.Round);
        using var fill = new SKPaint { Color = look.Fill, IsAntialias = true };
        using var rim = new SKPaint { Color = look.Rim, IsAntialias = true, IsStroke = true, StrokeWidth = 1.3f };
        canvas.DrawRoundRect(shape, fill);
        canvas.DrawRoundRect(shape, rim);
    }

    private static void Disc(SKCanvas canvas, double x, double y, double radius, (SKColor Fill, SKColor Rim) look) =>
        Box(canvas, x - radius, y - radius, (2 * radius, 2 * radius, radius), look);

    private static void Curve(SKCanvas canvas, (double X, double Y) from, (double X, double Y) to, SKColor color, double width)
    {
        var bend = (float)((to.X - from.X) * 0.45);
        using var path = new SKPath();
        path.MoveTo((float)from.X, (float)from.Y);
        path.CubicTo((float)from.X + bend, (float)from.Y, (float)to.X - bend, (float)to.Y, (float)to.X, (float)to.Y);
        using var paint = new SKPaint { Color = color, IsAntialias = true, IsStroke = true, StrokeWidth = (float)width };
        canvas.DrawPath(path, paint);
    }

    private void Text(SKCanvas canvas, double x, double y, string text, double size, SKColor color, SKTextAlign align)
    {
        using var font = new SKFont(face, (float)size);
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        canvas.DrawText(text, (float)x, (float)y, align, font, paint);
    }

    private SKColor Accent(int module) => PictureStyle.Accents[scene.Blueprint.Modules[module].Stage % PictureStyle.Accents.Length];

    private double Y(int module, int block) => layout.BlockY(block, scene.Live[module].Length);

    private (double X, double Y) Left(int module, int block) => (layout.ModuleX[module] - layout.Radius, Y(module, block));

    private (double X, double Y) Right(int module, int block) => (layout.ModuleX[module] + layout.Radius, Y(module, block));
}

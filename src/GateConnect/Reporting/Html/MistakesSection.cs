// The mistakes that the network was surest of: as thumbnails where the images are at hand, as a list where they are not.
using GateConnect.Data;
using GateConnect.Training;
using SkiaSharp;

namespace GateConnect.Reporting.Html;

/// <summary>The most confident mistakes.</summary>
internal static class MistakesSection
{
    private const int LargestSide = 64;

    /// <summary>The section; empty where no mistake is known.</summary>
    public static Markup Write(ReportContent content)
    {
        if (content.Evaluation is not { Mistakes: { Count: > 0 } mistakes })
        {
            return new Markup();
        }
        var names = content.Record.Dataset.ClassNames;
        var section = Markup.Of($"<section id=\"mistakes\"><h2>Most confident mistakes</h2>\n");
        return section.Add($"{(content.TestImages is { } images ? Thumbnails(images, mistakes, names) : List(mistakes, names))}</section>\n");
    }

    private static Markup Thumbnails(ImageDataset images, IReadOnlyList<ConfidentMistake> mistakes, IReadOnlyList<string> names)
    {
        var figures = Markup.Of($"<div class=\"thumbnails\">\n");
        foreach (var mistake in mistakes.Where(mistake => mistake.Image < images.Count))
        {
            var png = Convert.ToBase64String(Png(images, mistake.Image));
            figures.Add($"<figure><img alt=\"test image {mistake.Image}, {names[mistake.True]}\" width=\"96\" height=\"96\"");
            figures.Add($" src=\"data:image/png;base64,{png}\">");
            figures.Add($"<figcaption><b>{names[mistake.True]}</b><br>taken for {names[mistake.Predicted]}<br>");
            figures.Add($"<span class=\"note\">{Percent(mistake)}, image {mistake.Image}</span></figcaption></figure>\n");
        }
        return figures.Add($"</div>\n<p class=\"note\">The true class, what it was taken for, and the probability that the network gave that.</p>");
    }

    private static Markup List(IReadOnlyList<ConfidentMistake> mistakes, IReadOnlyList<string> names)
    {
        var table = new HtmlTable("#test image", "true class", "taken for", "#probability");
        foreach (var mistake in mistakes)
        {
            table.Add(mistake.Image, names[mistake.True], names[mistake.Predicted], Percent(mistake));
        }
        return Markup.Of($"{table.Write()}<p class=\"note\">The images themselves are left out. Images count from 0 in the order of the test part.</p>");
    }

    private static string Percent(ConfidentMistake mistake) => $"{Invariant.Fixed(100 * mistake.Probability, 1)} %";

    private static byte[] Png(ImageDataset images, int index)
    {
        using var whole = Bitmap(images.Shape, images.Pixels(index));
        var side = Math.Max(images.Shape.Height, images.Shape.Width);
        if (side <= LargestSide)
        {
            return Encoded(whole);
        }
        var info = whole.Info.WithSize(Math.Max(1, images.Shape.Width * LargestSide / side), Math.Max(1, images.Shape.Height * LargestSide / side));
        using var small = whole.Resize(info, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        return Encoded(small);
    }

    private static SKBitmap Bitmap(ImageShape shape, ReadOnlySpan<byte> pixels)
    {
        var (plane, bitmap) = (shape.Height * shape.Width, new SKBitmap(new SKImageInfo(shape.Width, shape.Height, SKColorType.Rgba8888, SKAlphaType.Opaque)));
        for (var place = 0; place < plane; place++)
        {
            var (green, blue) = shape.Channels == 1 ? (place, place) : (place + plane, place + (2 * plane));
            bitmap.SetPixel(place % shape.Width, place / shape.Width, new SKColor(pixels[place], pixels[green], pixels[blue]));
        }
        return bitmap;
    }

    private static byte[] Encoded(SKBitmap bitmap)
    {
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }
}

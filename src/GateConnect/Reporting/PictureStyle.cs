// The looks of the connectivity picture: one colour per stage, and a second set of colours for dark backgrounds. No CSS
// variables: not every viewer of SVG knows them.
using SkiaSharp;

namespace GateConnect.Reporting;

internal static class PictureStyle
{
    // The first of these that the machine has; else whatever it offers.
    private static readonly string[] Letters = ["Inter", "Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans", "Liberation Sans", "Arial"];

    /// <summary>What pictures of pixels are lettered in; null where the machine has none of the usual fonts.</summary>
    public static string? FontFamily => Letters.FirstOrDefault(SKFontManager.Default.FontFamilies.Contains);

    /// <summary>One colour per stage, on white; as in the style below.</summary>
    public static SKColor[] Accents { get; } = [SKColor.Parse("#3b5bdb"), SKColor.Parse("#0b8f7d"), SKColor.Parse("#c2570c"), SKColor.Parse("#a4297f")];

    public const string Css =
        """
        <style>
        text{font-family:system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:#1f2430}
        .number{text-anchor:middle}
        .title{font-size:21px;font-weight:600}
        .note{font-size:13.5px;fill:#5a6272}
        .stage-name{font-size:13px;font-weight:600}
        .module{font-size:12px;font-weight:600}
        .small,.key{font-size:11.5px;fill:#5a6272}
        .number{fill:#fff;font-weight:600}
        .page{fill:#fff}
        .stage{fill:#f4f5f8;stroke:#e3e6ec}
        .pill{fill:#fff;stroke:#8a93a5;stroke-width:1.4}
        .edges path{fill:none}
        .end{stroke:#8a93a5;stroke-width:1;stroke-opacity:.55}
        .pale{stroke:#8a93a5;stroke-width:.9;stroke-opacity:.5;stroke-dasharray:3 4}
        .block{stroke:#fff;stroke-width:1.5}
        .b0{fill:#3b5bdb}.b1{fill:#0b8f7d}.b2{fill:#c2570c}.b3{fill:#a4297f}
        .s0{stroke:#3b5bdb}.s1{stroke:#0b8f7d}.s2{stroke:#c2570c}.s3{stroke:#a4297f}.s4{stroke:#6b7a12}
        .f0{fill:#3b5bdb}.f1{fill:#0b8f7d}.f2{fill:#c2570c}.f3{fill:#a4297f}.f4{fill:#6b7a12}
        .dead{fill:#f4f5f8;stroke:#8a93a5;stroke-width:1.3;stroke-dasharray:3 2.6}
        .number.faded{fill:#8a93a5;font-weight:400}
        @media (prefers-color-scheme:dark){
        text{fill:#e6e9f0}
        .note,.small,.key{fill:#9aa4b8}
        .page{fill:#14171f}
        .stage{fill:#1b202b;stroke:#2a3140}
        .pill{fill:#1b202b;stroke:#76809a}
        .end,.pale{stroke:#76809a}
        .block{stroke:#14171f}
        .number{fill:#0e1118}
        .b0{fill:#8ea6ff}.b1{fill:#4fd1bd}.b2{fill:#ffa560}.b3{fill:#f08bd0}
        .s0{stroke:#8ea6ff}.s1{stroke:#4fd1bd}.s2{stroke:#ffa560}.s3{stroke:#f08bd0}.s4{stroke:#c9d46a}
        .f0{fill:#8ea6ff}.f1{fill:#4fd1bd}.f2{fill:#ffa560}.f3{fill:#f08bd0}.f4{fill:#c9d46a}
        .dead{fill:#1b202b;stroke:#76809a}
        .number.faded{fill:#76809a}
        }
        </style>

        """;
}

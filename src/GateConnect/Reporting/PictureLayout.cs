// Where things stand in the picture of a wiring: one column per module, blocks centred in it, stages a little apart.
// Sizes follow from the largest block count, so that 8 blocks are roomy and 32 still readable.
using GateConnect.Architecture;

namespace GateConnect.Reporting;

internal sealed record PictureLayout
{
    public const double Top = 132;
    private const double Margin = 36;
    private const double StageGap = 34;

    public PictureLayout(NetworkBlueprint blueprint)
    {
        var most = blueprint.Modules.Max(module => module.Blocks);
        Pitch = most <= 10 ? 44 : most <= 20 ? 30 : most <= 40 ? 23 : 15;
        Radius = most <= 10 ? 14 : most <= 20 ? 10.5 : most <= 40 ? 8.5 : 5.5;
        Column = Math.Clamp(92 + (most * 1.6), 104, 190);
        ColumnHeight = Math.Max(most, 4) * Pitch;
        StemX = Margin + 34;
        var x = StemX + 34 + (Column * 0.42);
        var modules = new double[blueprint.Modules.Count];
        for (var index = 0; index < modules.Length; index++)
        {
            var newStage = index > 0 && blueprint.Modules[index].Stage != blueprint.Modules[index - 1].Stage;
            x += index == 0 ? 34 : Column + (newStage ? StageGap : 0);
            modules[index] = x;
        }
        ModuleX = modules;
        HeadX = x + (Column * 0.42) + 68;
        Width = Math.Max(HeadX + 34 + Margin, 640);
        Height = Top + ColumnHeight + 104;
    }

    public double Pitch { get; }

    public double Radius { get; }

    public double Column { get; }

    public double ColumnHeight { get; }

    public double StemX { get; }

    public IReadOnlyList<double> ModuleX { get; }

    public double HeadX { get; }

    public double Width { get; }

    public double Height { get; }

    public double Middle => Top + (ColumnHeight / 2);

    public double BlockY(int block, int blocks) => Middle + ((block - ((blocks - 1) / 2.0)) * Pitch);
}

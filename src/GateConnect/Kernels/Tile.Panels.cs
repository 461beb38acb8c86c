// Panels: a tile of rows of 64 pixels cut into columns of two registers, [64 / P, rows, P], so that a long product reads one
// piece of memory from its first byte to its last, and does not meet a tile's rows in a few sets of the first cache.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GateConnect.Kernels;

internal static unsafe partial class Tile<TSimd, TVector>
{
    /// <summary>P, the pixels of a panel: those that a product sums at once.</summary>
    internal static int Panel => 2 * TSimd.Lanes;

    /// <summary>Up to whole panels.</summary>
    internal static int WholePanels(int pixels) => (pixels + Panel - 1) / Panel * Panel;

    /// <summary>target = weights * panel, for the pixels of one panel.</summary>
    /// <param name="rows">Rows of results; whole groups of four are written.</param>
    /// <param name="steps">Rows of the panel.</param>
    /// <param name="weights"><see cref="PackedWeights"/>.</param>
    /// <param name="panel">[steps, P].</param>
    /// <param name="target">The first result.</param>
    /// <param name="targetRow">From one row of results to the next.</param>
    internal static void MultiplyPanel<TTarget>(int rows, int steps, float* weights, float* panel, float* target, nint targetRow)
        where TTarget : ITarget
    {
        var product = Product.Of(PackedWeights.WholeGroups(rows), steps, weights, panel, Panel, target, targetRow);
        product.Pixels = Panel;
        Multiply<TTarget>(product, Items.One);
    }

    /// <summary>A row of a tile in panels: a * x + b * y + shift, for 64 pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Blend(float a, float* x, float b, float* y, float shift, float* target, nint panelLength)
    {
        nint lanes = TSimd.Lanes;
        TVector first = TSimd.Broadcast(a), second = TSimd.Broadcast(b), offset = TSimd.Broadcast(shift);
        for (nint pixel = 0; pixel < Width; pixel += 2 * lanes, target += panelLength)
        {
            var low = TSimd.MultiplyAdd(second, TSimd.Load(y + pixel), offset);
            var high = TSimd.MultiplyAdd(second, TSimd.Load(y + pixel + lanes), offset);
            TSimd.Store(target, TSimd.MultiplyAdd(first, TSimd.Load(x + pixel), low));
            TSimd.Store(target + lanes, TSimd.MultiplyAdd(first, TSimd.Load(x + pixel + lanes), high));
        }
    }

    /// <summary>Zeros for the pixels from one on, in all rows of a tile in panels.</summary>
    internal static void ClearPanels(int rows, float* panels, int fromPixel)
    {
        for (var pixel = fromPixel; pixel < Width; pixel++)
        {
            for (var row = 0; row < rows; row++)
            {
                panels[(((pixel / Panel * rows) + row) * Panel) + (pixel % Panel)] = 0f;
            }
        }
    }

    /// <summary>Rows and pixels change places: [64 / P, rows, P] becomes [rows / group, 64, group].</summary>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="panels">The tile.</param>
    /// <param name="group">Four for the weights of a product, P for what it reads.</param>
    /// <param name="target">Places of rows that are missing in the last group stay as they are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Turn(int rows, float* panels, int group, float* target)
    {
        var fours = Sse.IsSupported && group % 4 == 0 && Panel % 4 == 0 ? rows / 4 * 4 : 0;
        for (var pixel = 0; pixel < Width; pixel += Panel)
        {
            var panel = panels + (pixel * rows);
            for (var row = 0; row < rows; row++)
            {
                var to = target + (((row / group * Width) + pixel) * group) + (row % group);
                var from = panel + (row * Panel);
                if (row < fours)
                {
                    TurnFour(from, to, group);
                    row += 3;
                    continue;
                }
                for (var lane = 0; lane < Panel; lane++)
                {
                    to[lane * group] = from[lane];
                }
            }
        }
    }

    // Four rows of a panel, four pixels at a time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnFour(float* from, float* to, nint group)
    {
        nint panel = Panel;
        for (nint lane = 0; lane < panel; lane += 4, to += 4 * group)
        {
            Vector128<float> a = Vector128.Load(from + lane), b = Vector128.Load(from + panel + lane);
            Vector128<float> c = Vector128.Load(from + (2 * panel) + lane), d = Vector128.Load(from + (3 * panel) + lane);
            Vector128<float> ab = Sse.UnpackLow(a, b), cd = Sse.UnpackLow(c, d);        // a0 b0 a1 b1
            Sse.MoveLowToHigh(ab, cd).Store(to);
            Sse.MoveHighToLow(cd, ab).Store(to + group);
            (ab, cd) = (Sse.UnpackHigh(a, b), Sse.UnpackHigh(c, d));                    // a2 b2 a3 b3
            Sse.MoveLowToHigh(ab, cd).Store(to + (2 * group));
            Sse.MoveHighToLow(cd, ab).Store(to + (3 * group));
        }
    }
}

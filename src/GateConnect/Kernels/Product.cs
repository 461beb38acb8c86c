// What a product on tiles reads and writes (Tile.Multiply.cs).
namespace GateConnect.Kernels;

/// <summary>A product of packed weights with rows of 64 pixels. Strides are in floats.</summary>
internal unsafe struct Product
{
    /// <summary>Rows of results.</summary>
    internal nint Rows;

    /// <summary>Rows of pixels that each result sums over.</summary>
    internal nint Steps;

    /// <summary><see cref="PackedWeights"/>.</summary>
    internal float* Weights;

    /// <summary>The rows of pixels.</summary>
    internal float* Source;

    /// <summary>From one to the next.</summary>
    internal nint SourceStep;

    /// <summary>The results.</summary>
    internal float* Target;

    /// <summary>From one to the next.</summary>
    internal nint TargetRow;

    /// <summary>What sums start from, where the target says so; may be the target.</summary>
    internal float* Origin;

    /// <summary>From one row of it, and of <see cref="Sign"/>, to the next.</summary>
    internal nint OriginRow;

    /// <summary>A factor of the origin for each row.</summary>
    internal float* Scale;

    /// <summary>A term for each row.</summary>
    internal float* Shift;

    /// <summary>Rows whose sign decides about the result, where the target says so.</summary>
    internal float* Sign;

    /// <summary>How many pixels of the rows: 64, or those of one panel.</summary>
    internal nint Pixels;

    /// <summary>A product that starts from nothing, or from its own target.</summary>
    internal static Product Of(int rows, int steps, float* weights, float* source, nint sourceStep, float* target, nint targetRow) => new()
    {
        Rows = rows,
        Steps = steps,
        Weights = weights,
        Source = source,
        SourceStep = sourceStep,
        Target = target,
        TargetRow = targetRow,
        Origin = target,
        OriginRow = targetRow,
        Scale = weights,
        Shift = weights,
        Sign = target,
        Pixels = PixelBlocks.Width,
    };
}

/// <summary>How often a product is repeated, and how far everything moves on from one time to the next, in floats.</summary>
/// <param name="Count">Times.</param>
/// <param name="Weights">Of the weights.</param>
/// <param name="Source">Of the rows of pixels.</param>
/// <param name="Target">Of the results.</param>
/// <param name="Origin">Of the origin and the sign.</param>
/// <param name="Shift">Of the terms.</param>
/// <param name="Ahead">So far behind an origin stands one that will soon be read: it is asked for now. 0 for none.</param>
internal readonly record struct Items(int Count, nint Weights, nint Source, nint Target, nint Origin, nint Shift, nint Ahead = 0)
{
    /// <summary>Once.</summary>
    internal static Items One => new(1, 0, 0, 0, 0, 0);
}

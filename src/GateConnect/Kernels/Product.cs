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

/// <summary>
/// How often a product is repeated, and how far everything moves on from one time to the next, in floats. One call for all
/// branches: a product of 4 x 4 with 64 pixels takes no longer than calling does.
/// </summary>
internal readonly unsafe struct Items
{
    internal Items(int count, nint weights, nint source, nint target, nint origin, nint shift) =>
        (Count, Weights, Source, Target, Origin, Shift) = (count, weights, source, target, origin, shift);

    /// <summary>Once.</summary>
    internal static Items One => new(1, 0, 0, 0, 0, 0);

    /// <summary>Times.</summary>
    internal int Count { get; }

    /// <summary>Of the weights.</summary>
    internal nint Weights { get; }

    /// <summary>Of the rows of pixels.</summary>
    internal nint Source { get; }

    /// <summary>Of the results.</summary>
    internal nint Target { get; }

    /// <summary>Of the origin and the sign.</summary>
    internal nint Origin { get; }

    /// <summary>Of the terms.</summary>
    internal nint Shift { get; }

    /// <summary>Memory that will be read soon, or null: each time the next <see cref="AheadLength"/> floats of it are asked for.</summary>
    internal float* Ahead { get; init; }

    /// <summary>How many.</summary>
    internal int AheadLength { get; init; }

    /// <summary>Where each time's rows of pixels are copied past the caches, one behind the other, or null.</summary>
    internal float* Copy { get; init; }
}

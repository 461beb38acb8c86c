// What a set of sums over pixels reads and writes (Tile.Dot.cs).
namespace GateConnect.Kernels;

/// <summary>target[row, column] += sum over length of a[row] * b[column], for some pairs of matrices. Strides are in floats.</summary>
internal unsafe struct Dots
{
    public Dots() => Count = 1;

    /// <summary>Rows of a.</summary>
    internal required int Rows { get; init; }

    /// <summary>a.</summary>
    internal required float* A { get; init; }

    /// <summary>From one row of it to the next.</summary>
    internal required nint ARow { get; init; }

    /// <summary>Rows of b.</summary>
    internal required int Columns { get; init; }

    /// <summary>b.</summary>
    internal required float* B { get; init; }

    /// <summary>From one row of it to the next.</summary>
    internal required nint BRow { get; init; }

    /// <summary>Pixels of a row, whole pairs of registers.</summary>
    internal required int Length { get; init; }

    /// <summary>The sums, which are added to.</summary>
    internal required float* Target { get; init; }

    /// <summary>From one row of sums to the next.</summary>
    internal required nint TargetRow { get; init; }

    /// <summary>From one column of sums to the next.</summary>
    internal required nint TargetColumn { get; init; }

    /// <summary>How many pairs of matrices; 1 unless said.</summary>
    internal int Count { get; init; }

    /// <summary>From one a to the next.</summary>
    internal nint AItem { get; init; }

    /// <summary>From one b to the next.</summary>
    internal nint BItem { get; init; }

    /// <summary>From the sums of one pair to those of the next.</summary>
    internal nint TargetItem { get; init; }
}

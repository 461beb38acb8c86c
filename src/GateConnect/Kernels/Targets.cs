// Where the sums of a product start, and what happens to them at the end.
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

/// <summary>Where a product's sums start and what happens to them at the end.</summary>
internal unsafe interface ITarget
{
    static abstract TVector Start<TSimd, TVector>(float* origin, float* scale, float* shift)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged;

    static abstract TVector End<TSimd, TVector>(TVector sum, float* sign)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged;
}

/// <summary>The product replaces what was there.</summary>
internal readonly unsafe struct Overwrite : ITarget
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Start<TSimd, TVector>(float* origin, float* scale, float* shift)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector End<TSimd, TVector>(TVector sum, float* sign)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => sum;
}

/// <summary>The product is added to what was there.</summary>
internal readonly unsafe struct Accumulate : ITarget
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Start<TSimd, TVector>(float* origin, float* scale, float* shift)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.Load(origin);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector End<TSimd, TVector>(TVector sum, float* sign)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => sum;
}

/// <summary>ReLU of the product replaces what was there.</summary>
internal readonly unsafe struct Rectified : ITarget
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Start<TSimd, TVector>(float* origin, float* scale, float* shift)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector End<TSimd, TVector>(TVector sum, float* sign)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.Rectify(sum);
}

/// <summary>The product is added to a row times its scale.</summary>
internal readonly unsafe struct Scaled : ITarget
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Start<TSimd, TVector>(float* origin, float* scale, float* shift)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.Multiply(TSimd.Broadcast(*scale), TSimd.Load(origin));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector End<TSimd, TVector>(TVector sum, float* sign)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => sum;
}

/// <summary>The product is added to a row times its scale plus its shift.</summary>
internal readonly unsafe struct Shifted : ITarget
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Start<TSimd, TVector>(float* origin, float* scale, float* shift)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.MultiplyAdd(TSimd.Broadcast(*scale), TSimd.Load(origin), TSimd.Broadcast(*shift));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector End<TSimd, TVector>(TVector sum, float* sign)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => sum;
}

/// <summary>The product is added to a row times its scale, and kept where another row is above 0: the way back through a ReLU.</summary>
internal readonly unsafe struct ScaledUnrectified : ITarget
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Start<TSimd, TVector>(float* origin, float* scale, float* shift)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => Scaled.Start<TSimd, TVector>(origin, scale, shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector End<TSimd, TVector>(TVector sum, float* sign)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.KeepWherePositive(sum, TSimd.Load(sign));
}

/// <summary>ReLU of the product plus the row's shift replaces what was there.</summary>
internal readonly unsafe struct ShiftedRectified : ITarget
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Start<TSimd, TVector>(float* origin, float* scale, float* shift)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.Broadcast(*shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector End<TSimd, TVector>(TVector sum, float* sign)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged => TSimd.Rectify(sum);
}

// Where a product finds its next source row: at a fixed distance, or where a list says.
using System.Runtime.CompilerServices;

namespace GateConnect.Kernels;

/// <summary>The way from one source row to the next.</summary>
internal unsafe interface ISteps
{
    static abstract float* Source(float* source, nint stride, int* places, nint step);
}

/// <summary>Row after row.</summary>
internal readonly unsafe struct Strided : ISteps
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Source(float* source, nint stride, int* places, nint step) => source + (step * stride);
}

/// <summary>The rows of a list: open gates, or the taps of a convolution.</summary>
internal readonly unsafe struct Listed : ISteps
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Source(float* source, nint stride, int* places, nint step) => source + (places[step] * stride);
}

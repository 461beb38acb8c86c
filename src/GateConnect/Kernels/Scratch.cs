// Memory for one kernel call: tiles that stay in the cache, and sums that each worker keeps for itself.
using System.Runtime.InteropServices;

namespace GateConnect.Kernels;

/// <summary>Native floats, zero at first, on a cache line's boundary. Dispose it.</summary>
internal sealed unsafe class Scratch : IDisposable
{
    private const nuint CacheLine = 64;
    private readonly float* memory;
    private readonly nint each;

    /// <param name="parts">How many pieces, one a worker.</param>
    /// <param name="floats">Floats of each.</param>
    internal Scratch(int parts, long floats)
    {
        each = (nint)((floats + 15) / 16 * 16);
        var bytes = checked((nuint)parts * (nuint)each * sizeof(float));
        memory = (float*)NativeMemory.AlignedAlloc(Math.Max(bytes, CacheLine), CacheLine);
        NativeMemory.Clear(memory, bytes);
        (Parts, Floats) = (parts, floats);
    }

    /// <summary>How many pieces.</summary>
    internal int Parts { get; }

    /// <summary>Floats of each piece.</summary>
    internal long Floats { get; }

    internal float* this[int part] => memory + (part * each);

    /// <summary>Writes the sums of a stretch over all pieces, in their order.</summary>
    internal void SumInto(long offset, long length, float* target)
    {
        for (var index = 0L; index < length; index++)
        {
            var sum = 0f;
            for (var part = 0; part < Parts; part++)
            {
                sum += this[part][offset + index];
            }
            target[index] = sum;
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(memory);
}

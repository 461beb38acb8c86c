// Weights in the order in which a product uses them: for four rows of results at a time, those of one step after the other.
namespace GateConnect.Kernels;

/// <summary>Small matrices, [ceil(rows / 4), steps, 4] each, rows filled up with zeros. Dispose it.</summary>
internal sealed unsafe class PackedWeights : IDisposable
{
    /// <summary>Rows that are computed together.</summary>
    internal const int Rows = 4;

    private readonly Scratch memory;

    /// <param name="parts">How many matrices.</param>
    /// <param name="rows">Their rows, at most.</param>
    /// <param name="steps">Their columns, at most.</param>
    internal PackedWeights(int parts, int rows, int steps)
    {
        PartLength = WholeGroups(rows) * steps;
        memory = new Scratch(1, (long)parts * PartLength);
    }

    /// <summary>Up to whole groups of rows that are computed together.</summary>
    internal static int WholeGroups(int rows) => (rows + Rows - 1) / Rows * Rows;

    /// <summary>Floats of a matrix.</summary>
    internal int PartLength { get; }

    /// <summary>A matrix.</summary>
    internal float* this[int part] => memory[0] + ((long)part * PartLength);

    /// <summary>Packs a matrix that stands in memory with these strides, in floats.</summary>
    internal void Pack(int part, float* weights, int rows, nint rowStride, int steps, nint stepStride)
    {
        var target = this[part];
        for (var row = 0; row < rows; row++)
        {
            for (var step = 0; step < steps; step++)
            {
                target[(row / Rows * Rows * steps) + (step * Rows) + (row % Rows)] = weights[(row * rowStride) + (step * stepStride)];
            }
        }
    }

    /// <summary>Those of a 1x1 convolution between wide and thin channels, one matrix for every slab and branch.</summary>
    /// <param name="shape">The wide tensor.</param>
    /// <param name="bottleneck">w, the thin channels of a branch.</param>
    /// <param name="weights">Of branch 0, wide channel 0 and thin channel 0.</param>
    /// <param name="branchStride">From branch to branch, in floats.</param>
    /// <param name="wideStride">From one wide channel to the next.</param>
    /// <param name="thinStride">From one thin channel to the next.</param>
    /// <param name="widen">Whether results are wide: rows are then wide channels; else thin.</param>
    internal static PackedWeights Slabs(WideShape shape, int bottleneck, float* weights, nint branchStride, nint wideStride, nint thinStride, bool widen)
    {
        const int slab = WideShape.SlabChannels;
        var packed = new PackedWeights(
            (shape.Channels + slab - 1) / slab * shape.Branches, widen ? slab : bottleneck, widen ? bottleneck : slab);
        for (var channel = 0; channel < shape.Channels; channel += slab)
        {
            var channels = shape.ChannelsOfSlab(channel);
            for (var branch = 0; branch < shape.Branches; branch++)
            {
                var part = (channel / slab * shape.Branches) + branch;
                var from = weights + (branch * branchStride) + (channel * wideStride);
                if (widen)
                {
                    packed.Pack(part, from, channels, wideStride, bottleneck, thinStride);
                }
                else
                {
                    packed.Pack(part, from, bottleneck, thinStride, channels, wideStride);
                }
            }
        }
        return packed;
    }

    public void Dispose() => memory.Dispose();
}

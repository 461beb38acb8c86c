// Where a channel of a branch stands in a block of a wide tensor. Four channels of all branches stand together, a slab:
// what the aggregation works on at once lies in one piece, and memory is read and written from its first byte to its last.
namespace GateConnect.Kernels;

/// <summary>The branches and channels of a wide tensor, [blocks, slabs of 4 channels, B, 4, 64].</summary>
/// <param name="Branches">B.</param>
/// <param name="Channels">d; the last slab has fewer channels where it is no multiple of 4.</param>
internal readonly record struct WideShape(int Branches, int Channels)
{
    /// <summary>Channels of a slab.</summary>
    internal const int SlabChannels = 4;

    /// <summary>Floats of a block.</summary>
    internal int BlockLength => Branches * Channels * PixelBlocks.Width;

    /// <summary>Channels of the slab that begins with a channel.</summary>
    internal int ChannelsOfSlab(int channel) => Math.Min(SlabChannels, Channels - channel);

    /// <summary>Floats from one branch to the next in the slab that begins with a channel.</summary>
    internal int BranchStride(int channel) => ChannelsOfSlab(channel) * PixelBlocks.Width;

    /// <summary>The place of the slab that begins with a channel.</summary>
    internal long Slab(int block, int channel) => (((long)block * Channels) + channel) * Branches * PixelBlocks.Width;

    /// <summary>The place of a pixel of the batch, of branch 0 and channel 0.</summary>
    internal long Pixel(long pixel) => (pixel / PixelBlocks.Width * BlockLength) + (pixel % PixelBlocks.Width);

    /// <summary>The place, in its block, of any channel of a branch.</summary>
    internal int Row(int branch, int channel)
    {
        var first = channel / SlabChannels * SlabChannels;
        return (first * Branches * PixelBlocks.Width) + (branch * BranchStride(first)) + ((channel - first) * PixelBlocks.Width);
    }
}

// The values of a tensor as little-endian bytes in row-major order, a piece at a time: no copy of a whole network is
// made to write or to check one, and tensors beyond 2 GB need no special case.
using static TorchSharp.torch;

namespace GateConnect.Model;

internal static class TensorBytes
{
    private const long PieceElements = 1 << 20;

    internal delegate void PieceAction(Span<byte> piece);

    /// <summary>Hands out the bytes in order; for a contiguous tensor on the CPU they are its memory and may be written.</summary>
    internal static void ForEachPiece(Tensor tensor, PieceAction action)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var flat = tensor.detach().cpu().contiguous().view(-1);
        var count = flat.shape[0];
        for (var start = 0L; start < count; start += PieceElements)
        {
            using var piece = flat.narrow(0, start, Math.Min(PieceElements, count - start));
            action(piece.bytes);
        }
    }
}

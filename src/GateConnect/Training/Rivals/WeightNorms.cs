// Rival: pruning by magnitude, without data. What source k says to reader j passes k's last 1x1, with its norm folded in, and j's
// first 1x1: a connection is as large as their product, a block as its last 1x1. Shortcuts, which all branches of a module
// share or add alike, are left out.
using GateConnect.Architecture;
using GateConnect.Model;
using static TorchSharp.torch;

namespace GateConnect.Training.Rivals;

/// <summary>Frobenius norms of a network's weights.</summary>
/// <param name="Connections">Per module from module 1 on, [readers, sources].</param>
/// <param name="Blocks">The same of the sources alone, in every reader's row.</param>
internal sealed record WeightNorms(IReadOnlyList<float[,]> Connections, IReadOnlyList<float[,]> Blocks)
{
    /// <summary>Every block keeps its K largest connections.</summary>
    internal Connectivity LargestConnections(int fanIn) => GateMatrices.TopK(Connections, fanIn);

    /// <summary>All blocks of a module read the K largest blocks before; the others are dead. The head reads all, as always.</summary>
    internal Connectivity LargestBlocks(int fanIn) => GateMatrices.TopK(Blocks, fanIn);

    /// <summary>Those of a network, its norms at the running statistics.</summary>
    internal static WeightNorms Of(BranchNetwork network)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var norms = network.modules.Zip(network.modules.Skip(1), Between).ToArray();
        return new WeightNorms([.. norms.Select(pair => pair.Connections)], [.. norms.Select(pair => pair.Blocks)]);
    }

    private static (float[,] Connections, float[,] Blocks) Between(BlockBank sources, BlockBank readers)
    {
        var expand = sources.expandNorm.FoldRunning(sources.expand).Weights;            // [C, d, w]
        var reduce = readers.trunk.reduce;                                              // [R, w', d]
        var (connections, blocks) = (new float[reduce.shape[0], expand.shape[0]], new float[reduce.shape[0], expand.shape[0]]);
        var alone = Norms(expand);
        for (var reader = 0; reader < reduce.shape[0]; reader++)
        {
            GateMatrices.SetRow(connections, reader, Norms(reduce[reader].matmul(expand))); // [C, w', w]
            GateMatrices.SetRow(blocks, reader, alone);
        }
        return (connections, blocks);
    }

    private static double[] Norms(Tensor matrices) =>
        Array.ConvertAll((matrices * matrices).sum([1L, 2L]).cpu().data<float>().ToArray(), square => Math.Sqrt(square)); // [C, ., .] -> [C]
}

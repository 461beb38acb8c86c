// The weights of one module with its norms folded: ReLU(W1 x + b1), ReLU(conv r + b2), W3 r + b3, Ws x.
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>Folded weights, owned: dispose it.</summary>
internal sealed class FoldedModule : IDisposable
{
    /// <param name="bank">What is folded, by its running statistics.</param>
    /// <param name="gates">[readers, C]: who reads its branches.</param>
    internal FoldedModule(BlockBank bank, Tensor gates)
    {
        using var scope = NewDisposeScope();
        using Scalar share = bank.shortcutShare, one = 1.0; // held while libtorch reads them (docs/memory.md)
        (Sources, Channels, Bottleneck) = ((int)bank.expand.shape[0], (int)bank.expand.shape[1], (int)bank.expand.shape[2]);
        Stride = bank.trunk.Stride;
        var (slope, shift) = bank.trunk.reduceNorm.FoldRunning();
        Reduce = FoldedNetwork.Own(bank.trunk.reduce.mul(slope.view(Sources, Bottleneck, 1)));
        ReduceBias = FoldedNetwork.Own(shift);
        (slope, shift) = bank.trunk.convolveNorm.FoldRunning();
        Convolve = FoldedNetwork.Own(bank.trunk.convolve.mul(slope.view(-1, 1, 1, 1)));
        ConvolveBias = FoldedNetwork.Own(shift);
        var (expand, bias) = bank.expandNorm.FoldRunning(bank.expand);
        var scale = ones(Channels).mul(share);
        if (bank.shortcut is not null)
        {
            (slope, shift) = bank.shortcut.norm.FoldRunning();
            Project = FoldedNetwork.Own(bank.shortcut.weight.mul(slope.view(-1, 1, 1, 1)));
            bias = bias.add(shift, alpha: share);
        }
        (Expand, Bias, Scale) = (FoldedNetwork.Own(expand), FoldedNetwork.Own(bias), FoldedNetwork.Own(scale));
        Gates = FoldedNetwork.Own(gates.detach().mul(one));
    }

    /// <summary>C.</summary>
    internal int Sources { get; }

    /// <summary>d.</summary>
    internal int Channels { get; }

    /// <summary>w.</summary>
    internal int Bottleneck { get; }

    /// <summary>1 or 2.</summary>
    internal int Stride { get; }

    /// <summary>W1, [C, w, d_in].</summary>
    internal Tensor Reduce { get; }

    /// <summary>[C*w].</summary>
    internal Tensor ReduceBias { get; }

    /// <summary>[C*w, w, 3, 3].</summary>
    internal Tensor Convolve { get; }

    /// <summary>[C*w].</summary>
    internal Tensor ConvolveBias { get; }

    /// <summary>W3, [C, d, w].</summary>
    internal Tensor Expand { get; }

    /// <summary>[C, d], the shortcut's shift included.</summary>
    internal Tensor Bias { get; }

    /// <summary>1/K, [d]: what the shortcut is multiplied by.</summary>
    internal Tensor Scale { get; }

    /// <summary>Ws, [d, d_in, 1, 1]; null where the shortcut is the identity.</summary>
    internal Tensor? Project { get; }

    /// <summary>[readers, C].</summary>
    internal Tensor Gates { get; }

    public void Dispose()
    {
        foreach (var tensor in new[] { Reduce, ReduceBias, Convolve, ConvolveBias, Expand, Bias, Scale, Project, Gates })
        {
            tensor?.Dispose();
        }
    }
}

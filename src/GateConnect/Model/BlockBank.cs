// All residual blocks of one module in the branch form: y_k = S(x_k)/K + F_k(x_k), K the fan-in of whoever reads
// (PAPER section 3). The first module's blocks all read the stem.
using GateConnect.Architecture;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>
/// The blocks of one module. Keys: <c>trunk.*</c>, <c>expand</c> [C, d, w], <c>expandNorm.*</c>, and
/// <c>shortcut.*</c> where the shortcut is no identity.
/// </summary>
internal sealed class BlockBank : nn.Module<Tensor, Tensor>
{
    internal readonly BottleneckTrunk trunk;
    internal readonly Parameter expand;
    internal readonly BranchNorm expandNorm;
    internal readonly Shortcut? shortcut;
    internal readonly double shortcutShare;

    /// <param name="module">The module's plan.</param>
    /// <param name="readerFanIn">K of the next module, or C for the head.</param>
    /// <param name="affine">Whose the last norm's affine is.</param>
    /// <param name="dtype">Float32, or Float64 in checks of gradients.</param>
    /// <param name="device">Where weights live.</param>
    internal BlockBank(ModuleBlueprint module, int readerFanIn, LastNormAffine affine, ScalarType dtype, Device device)
        : base(nameof(BlockBank))
    {
        shortcutShare = 1.0 / readerFanIn;
        trunk = new BottleneckTrunk(module, dtype, device);
        expand = nn.Parameter(
            torch.zeros([module.Blocks, module.OutputChannels, module.BottleneckWidth], dtype, device));
        expandNorm = new BranchNorm(module, affine, dtype, device);
        if (module.HasProjection)
        {
            shortcut = new Shortcut(module, dtype, device);
        }
        RegisterComponents();
    }

    /// <summary>The outputs of all blocks.</summary>
    /// <param name="input">x, [C, N, d_in, H, W], or [1, N, d_in, H, W] from the stem.</param>
    /// <returns>y, [C, N, d, H', W'].</returns>
    public override Tensor forward(Tensor input)
    {
        var thin = trunk.call(input);                                      // [N, C*w, H', W']
        var (weights, bias) = expandNorm.call(expand, thin);               // [C, d, w], [C, d]
        var blocks = expand.shape[0];
        var thins = thin.view(thin.shape[0], blocks, -1, thin.shape[2], thin.shape[3]).unbind(1); // C x [N, w, H', W']
        var kernels = weights.unsqueeze(-1).unsqueeze(-1).unbind(0);       // C x [d, w, 1, 1]
        var biases = bias.unbind(0);                                       // C x [d]
        var residuals = new Tensor[blocks];
        for (var block = 0; block < blocks; block++)
        {
            residuals[block] = nn.functional.conv2d(thins[block], kernels[block], biases[block]);
        }
        var identity = shortcut is null ? input : shortcut.call(input);    // [C or 1, N, d, H', W']
        using Scalar share = shortcutShare; // held while libtorch reads it (docs/memory.md)
        return torch.stack(residuals, 0).add(identity, alpha: share); // [C, N, d, H', W']
    }
}

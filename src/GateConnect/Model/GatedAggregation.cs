// x_j = ReLU( sum_k g_jk y_k ), the equation of PAPER section 1 with the ReLU of section 3. In plain torch: one
// product of the C x C gates with everything else, whose backward gives all C x C gate gradients <dL/dx_j, y_k>.
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>The step from one module's outputs to the next module's inputs.</summary>
internal static class GatedAggregation
{
    /// <summary>What every block of the next module reads.</summary>
    /// <param name="outputs">y, [C, N, d, H, W].</param>
    /// <param name="gates">g, [readers, C].</param>
    /// <returns>x, [readers, N, d, H, W].</returns>
    internal static Tensor Apply(Tensor outputs, Tensor gates)
    {
        var shape = outputs.shape;
        var mixed = gates.matmul(outputs.view(shape[0], -1));                      // [readers, N*d*H*W]
        return nn.functional.relu(mixed, inplace: true).view(gates.shape[0], shape[1], shape[2], shape[3], shape[4]);
    }

    /// <summary>What the head reads: all branches of the last module.</summary>
    /// <param name="outputs">y, [C, N, d, H, W].</param>
    /// <returns>[N, d, H, W].</returns>
    internal static Tensor ApplyAll(Tensor outputs) => nn.functional.relu(outputs.sum([0L]), inplace: true);
}

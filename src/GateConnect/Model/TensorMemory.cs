// The door from tensors to kernels: where the numbers of a tensor stand.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace GateConnect.Model;

internal static unsafe class TensorMemory
{
    /// <summary>The first number of a contiguous float32 tensor on the CPU; valid as long as the tensor lives.</summary>
    internal static float* Floats(this Tensor tensor)
    {
        if (tensor.dtype != ScalarType.Float32 || !tensor.is_contiguous())
        {
            throw new ArgumentException($"a contiguous float32 tensor is needed, not {tensor.dtype} of strides {string.Join(", ", tensor.stride())}");
        }
        using var scope = NewDisposeScope();
        var first = tensor.numel() == 1 ? tensor : tensor.view(-1).narrow(0, 0, 1);  // a span reaches no further than 2 GiB
        return (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}

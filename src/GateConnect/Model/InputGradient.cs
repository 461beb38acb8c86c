// What a module hands back to the one before it: the gradient of what it read, made already or still to be made.
using GateConnect.Kernels;

namespace GateConnect.Model;

/// <summary>dx' of a module.</summary>
/// <param name="Wide">The gradient itself; null where it is pending.</param>
/// <param name="Pending">What it is to be made from, block by block, by whoever needs it; null where it is there.</param>
/// <param name="Finish">To be called when it has been used.</param>
internal sealed record InputGradient(WideTensor? Wide, ReductionGradients? Pending, Action Finish)
{
    /// <summary>One that is there; its memory is given back after use.</summary>
    internal static InputGradient Of(WideTensor wide) => new(wide, null, wide.Values.Dispose);
}

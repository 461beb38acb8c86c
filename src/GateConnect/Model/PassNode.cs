// A stretch of the network as one node of torch's graph: what computes forward and backward by itself, out of torch's sight.
using static TorchSharp.torch;

namespace GateConnect.Model;

/// <summary>One use of a stretch of the network in a training step.</summary>
internal interface IPass
{
    /// <summary>What the stretch puts out; torch records nothing. What backward needs is to outlive the present scope.</summary>
    Tensor Forward(Tensor x);

    /// <summary>The gradient of what it read, from that of what it put out; parameters and gates get theirs.</summary>
    Tensor Backward(Tensor gradient);
}

/// <summary>The node.</summary>
internal sealed class PassNode : autograd.SingleTensorFunction<PassNode>
{
    private const string Pass = "pass";

    public override string Name => nameof(PassNode);

    /// <summary>Applies a pass; the result belongs to the present scope.</summary>
    internal static Tensor Apply(Tensor x, IPass pass) => apply(x, pass);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_data(Pass, vars[1]);
        return ((IPass)vars[1]).Forward((Tensor)vars[0]);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        [((IPass)ctx.get_data(Pass)).Backward(grad_output), null!];
}

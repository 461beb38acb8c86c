// A network in ONNX Runtime, as the bench times it: a tensor in, a tensor out, with as many threads as torch has.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Export;
using GateConnect.Model;
using static TorchSharp.torch;

namespace GateConnect.Experiments.Bench;

/// <summary>Normalised images to logits by ONNX Runtime. Owns the session: dispose it.</summary>
internal sealed class OnnxContender : nn.Module<Tensor, Tensor>
{
    private readonly OnnxSession session;

    private OnnxContender(OnnxSession session)
        : base(nameof(OnnxContender)) => this.session = session;

    /// <summary>The network without its dead blocks; it stays the caller's.</summary>
    internal static OnnxContender Create(BranchNetwork network)
    {
        var blueprint = network.Blueprint;
        var channels = blueprint.Image.Channels;
        var header = new ModelHeader(
            NetworkForm.Branches, blueprint, network.FanIn, network.Options.LastNormAffine, network.Wiring(),
            new Normalization(new float[channels], [.. Enumerable.Repeat(1f, channels)]),
            [.. Enumerable.Range(0, blueprint.Classes).Select(label => $"class {label}")], "noise");
        var file = OnnxExporter.Write("bench", new LoadedModel(network, header), new OnnxOptions { Input = OnnxInput.Normalized });
        return new OnnxContender(new OnnxSession(file, get_num_threads()));
    }

    /// <param name="input">[N, channels, H, W].</param>
    /// <returns>Logits, [N, classes].</returns>
    public override Tensor forward(Tensor input)
    {
        var batch = (int)input.shape[0];
        return tensor(session.Run(input.data<float>().ToArray(), batch)).view(batch, -1);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            session.Dispose();
        }
        base.Dispose(disposing);
    }
}

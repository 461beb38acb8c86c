// Random networks as export meets them: with what their file says, and images of their kind.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Tests.Data;
using GateConnect.Tests.Model;

namespace GateConnect.Tests.Export;

internal static class ExportedNetworks
{
    internal static LoadedModel Branches(NetworkSize size, int fanIn, ulong seed, ImageShape? image = null, LastNormAffine affine = LastNormAffine.Shared)
    {
        var blueprint = RandomNetworks.Blueprint(size, image);
        var wiring = Connectivity.Random(blueprint, fanIn, new SeededRandom(seed));
        var network = RandomNetworks.Branches(blueprint, wiring, seed, affine);
        return new LoadedModel(network, RandomNetworks.Header(network, wiring));
    }

    internal static LoadedModel ResNeXt(NetworkSize size, ulong seed, ImageShape? image = null)
    {
        var network = RandomNetworks.ResNeXt(RandomNetworks.Blueprint(size, image), seed);
        return new LoadedModel(network, RandomNetworks.Header(network));
    }

    /// <summary>Noise of the network's shape.</summary>
    internal static ImageDataset Images(LoadedModel model, int count) =>
        TestImages.Random(count, model.Header.Blueprint.Image, model.Header.Blueprint.Classes);

    internal static byte[][] Pixels(ImageDataset images) => [.. Enumerable.Range(0, images.Count).Select(index => images.Pixels(index).ToArray())];
}

// The networks of the paper, one row each (PAPER section 4). A test pins every row's parameter count to the
// published one, so that no row can silently build another row's network.
using GateConnect.Data;

namespace GateConnect.Architecture;

/// <summary>The table of networks that the paper trains.</summary>
public static class NamedNetworks
{
    /// <summary>Every row of the table, small images first.</summary>
    public static IReadOnlyList<NamedNetwork> All { get; } =
    [
        new(new NetworkSize(20, 4, 8), ImageSize: 32, Classes: 10, Parameters: 247_898),
        new(new NetworkSize(29, 8, 8), ImageSize: 32, Classes: 10, Parameters: 816_346),
        new(new NetworkSize(29, 64, 8), ImageSize: 32, Classes: 10, Parameters: 34_426_698),
        new(new NetworkSize(29, 64, 8), ImageSize: 32, Classes: 100, Parameters: 34_518_948),
        new(new NetworkSize(50, 4, 32), ImageSize: 224, Classes: 1000, Parameters: 25_028_904),
        new(new NetworkSize(101, 4, 32), ImageSize: 224, Classes: 1000, Parameters: 44_177_704),
        new(new NetworkSize(101, 4, 64), ImageSize: 224, Classes: 1000, Parameters: 83_455_272),
    ];
}

/// <summary>One row: a network on the images it was published for.</summary>
/// <param name="Size">{depth, bottleneck width, cardinality}.</param>
/// <param name="ImageSize">Height and width in pixels.</param>
/// <param name="Classes">Classes of the dataset.</param>
/// <param name="Parameters">Trainable parameters as ResNeXt, gates apart.</param>
public sealed record NamedNetwork(NetworkSize Size, int ImageSize, int Classes, long Parameters)
{
    /// <summary>The blueprint for colour images of the row's size.</summary>
    public NetworkBlueprint Blueprint() =>
        NetworkBlueprint.Create(Size, new ImageShape(3, ImageSize, ImageSize), Classes);
}

// Which blocks a wiring leaves alive, against wirings worked out by hand.
using GateConnect.Architecture;
using GateConnect.Tests.Model;

namespace GateConnect.Tests.Architecture;

public sealed class ConnectivityTests
{
    [Fact]
    public void A_block_that_only_dead_blocks_read_is_dead()
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 2, 3));
        var wiring = new Connectivity(
        [
            new ModuleConnectivity(1, 3, [[0], [1], [2]]),
            new ModuleConnectivity(2, 3, [[0], [0], [1]]), // block 2 of module 1 is dead, so block 2 of module 0 is too
        ]);
        Assert.Equal([[true, true, false], [true, true, false], [true, true, true]], wiring.LiveBlocks(blueprint));
        Assert.All(Connectivity.Full(blueprint).LiveBlocks(blueprint), module => Assert.DoesNotContain(false, module));
    }

    [Fact]
    public void A_network_of_other_blocks_is_refused() => Assert.Throws<ArgumentException>(() =>
        Connectivity.Full(RandomNetworks.Blueprint(new NetworkSize(11, 2, 3))).LiveBlocks(RandomNetworks.Blueprint(new NetworkSize(11, 2, 4))));
}

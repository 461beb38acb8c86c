// Figures about gates, against numbers worked out by hand.
using GateConnect.Architecture;
using GateConnect.Tests.Model;
using GateConnect.Training;

namespace GateConnect.Tests.Training;

public sealed class GateDiagnosticsTests
{
    [Fact]
    public void Entropy_is_one_where_the_draw_is_uniform_and_zero_where_one_gate_holds_all()
    {
        Assert.Equal(1, GateDiagnostics.Entropy([new float[,] { { 0.5f, 0.5f }, { 0, 0 } }]), 1e-12);
        Assert.Equal(0, GateDiagnostics.Entropy([new float[,] { { 0.7f, 0 }, { 0, 1 } }]), 1e-12);
        Assert.Equal(0.5, GateDiagnostics.Entropy([new float[,] { { 1, 1, 0, 0 } }]), 1e-12);
    }

    [Fact]
    public void Churn_is_the_share_of_new_connections()
    {
        var before = new Connectivity([new ModuleConnectivity(1, 4, [[0, 1], [2, 3]])]);
        var after = new Connectivity([new ModuleConnectivity(1, 4, [[0, 1], [1, 2]])]);
        Assert.Equal(0.25, GateDiagnostics.Churn(before, after));
        Assert.Equal(0, GateDiagnostics.Churn(after, after));
    }

    [Fact]
    public void A_block_that_only_dead_blocks_read_is_dead()
    {
        var blueprint = RandomNetworks.Blueprint(new NetworkSize(11, 2, 3));
        var wiring = new Connectivity(
        [
            new ModuleConnectivity(1, 3, [[0], [1], [2]]),
            new ModuleConnectivity(2, 3, [[0], [0], [1]]), // block 2 of module 1 is dead, so block 2 of module 0 is too
        ]);
        Assert.Equal([2, 2, 3], GateDiagnostics.LiveBlocks(blueprint, wiring));
        Assert.Equal([3, 3, 3], GateDiagnostics.LiveBlocks(blueprint, Connectivity.Full(blueprint)));
    }
}

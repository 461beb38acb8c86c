// Figures about gates, against numbers worked out by hand.
using GateConnect.Architecture;
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
}

// The short ways into the library: they fill in what the parts already know, and refuse what they cannot know.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Tests.Training;
using GateConnect.Training;

namespace GateConnect.Tests.Model;

[NoTensorLeak]
public sealed class WiringTests
{
    private static readonly ConnectivityRule Rule = ConnectivityRule.Learned(2);

    [Fact]
    public void The_wiring_read_from_the_gates_is_the_one_they_were_fixed_to()
    {
        var wiring = Connectivity.Random(TinyRuns.Blueprint, 3, TinyRuns.Seeds.Generator("wiring"));
        using var network = BranchNetwork.Create(TinyRuns.Blueprint, wiring, TinyRuns.Seeds, NetworkOptions.Default);
        Assert.Equal(wiring, network.Wiring());
    }

    [Fact]
    public void Gates_that_are_half_open_or_unequal_in_number_are_no_wiring()
    {
        using var network = BranchNetwork.Create(TinyRuns.Blueprint, Rule, TinyRuns.Seeds);
        foreach (var value in (float[])[0.5f, 0, 1])
        {
            var gates = network.Wiring().Modules[0].ToGates();
            var open = value == 1 ? 0f : 1f;
            gates[0, Enumerable.Range(0, 4).First(source => gates[0, source] == open)] = value;
            network.Gates.Set(1, gates);
            Assert.StartsWith("module 1: ", Assert.Throws<InvalidOperationException>(() => network.Wiring()).Message, StringComparison.Ordinal);
            network.Gates.Fix(Rule.InitialWiring(TinyRuns.Blueprint, TinyRuns.Seeds));
        }
    }

    [Fact]
    public void A_network_made_from_a_rule_is_the_one_that_the_factory_makes()
    {
        using var network = BranchNetwork.Create(TinyRuns.Blueprint, Rule, TinyRuns.Seeds);
        using var other = TinyRuns.Network(Rule);
        Assert.Equal(TinyRuns.Bits(other), TinyRuns.Bits(network));
        Assert.Equal(((BranchNetwork)other).Wiring(), network.Wiring());
    }

    [Fact]
    public void Full_and_fan_ins_beyond_the_cardinality_are_refused()
    {
        Assert.Throws<ConfigurationException>(() => BranchNetwork.Create(TinyRuns.Blueprint, ConnectivityRule.Full, TinyRuns.Seeds));
        Assert.Throws<ConfigurationException>(() => BranchNetwork.Create(TinyRuns.Blueprint, ConnectivityRule.Learned(5), TinyRuns.Seeds));
    }

    [Fact]
    public void A_pruned_network_is_described_and_saved_by_what_it_carries()
    {
        using var folder = new TemporaryFolder();
        using var network = BranchNetwork.Create(TinyRuns.Blueprint, ConnectivityRule.Random(1), TinyRuns.Seeds);
        var plan = PrunePlan.From(network);
        Assert.False(plan.IsEmpty);
        using var small = Pruner.Apply(plan, network);
        var path = Path.Combine(folder.Path, "small.safetensors");
        ModelFile.Save(path, small, ModelHeader.Of(small, TinyRuns.Data.Normalization, TinyRuns.Data.Train));
        using var loaded = ModelFile.Load(path);
        Assert.Equal(plan.Pruned, loaded.Header.Blueprint);
        Assert.Equal(plan.PrunedConnectivity, loaded.Header.Connectivity);
        Assert.Equal((1, "shapes"), (loaded.Header.FanIn, loaded.Header.Dataset));
    }

    [Fact]
    public void Training_data_and_blueprint_come_from_the_images()
    {
        var train = TinyRuns.Data.Train;
        Assert.Equal(new TrainingData(train, null, Normalization.Measure(train), Augmentation.None), TrainingData.Of(train));
        Assert.Equal(TinyRuns.Blueprint, NetworkBlueprint.Create(TinyRuns.Blueprint.Size, train));
    }
}

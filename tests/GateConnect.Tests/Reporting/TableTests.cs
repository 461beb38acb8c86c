using System.Text.Json;
using GateConnect.Architecture;
using GateConnect.Reporting;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Reporting;

public sealed class TableTests
{
    [Fact]
    public void A_network_in_numbers_is_golden() =>
        Golden.Check("network.txt", () => NetworkTable.Of(Samples.Blueprint, ConnectivityRule.Learned(4)).Write());

    [Fact]
    public void A_wiring_as_text_is_golden() =>
        Golden.Check("wiring.txt", () => WiringTable.Write(Samples.Blueprint, Samples.Wiring()));

    [Fact]
    public void The_summary_of_a_run_is_golden() => Golden.Check("summary.md", () => SummaryReport.Write(SampleReports.Small()));

    [Fact]
    public void The_summary_of_an_unfinished_run_has_what_is_known() =>
        Golden.Check("summary-interrupted.md", () => SummaryReport.Write(SampleReports.Small() with
        {
            Record = Samples.Record(RunStatus.Interrupted),
            Diary = null,
            Epochs = [],
        }));

    [Theory]
    [InlineData(1000, 969, "−3.1 %")]
    [InlineData(1000, 1031, "+3.1 %")]
    [InlineData(1000, 1000, "the same")]
    [InlineData(0, 0, "the same")]
    public void How_a_cost_changed_is_told_with_its_sign(long before, long after, string words) => Assert.Equal(words, Invariant.Change(before, after));

    [Fact]
    public void Parameters_are_those_of_the_cost_model_for_every_named_network()
    {
        foreach (var network in NamedNetworks.All)
        {
            var table = NetworkTable.Of(network.Blueprint(), ConnectivityRule.Full);
            Assert.Equal(network.Parameters, table.Parameters);
            Assert.Equal(table.Modules, table.Rows.Count);
            Assert.Equal(0, table.Gates);
        }
    }

    [Fact]
    public void The_json_has_the_promised_whole_numbers()
    {
        using var json = JsonDocument.Parse(NetworkTable.Of(Samples.Blueprint, ConnectivityRule.Learned(4)).ToJson());
        Assert.Equal(6, json.RootElement.GetProperty("modules").GetInt32());
        Assert.Equal(247_610, json.RootElement.GetProperty("parameters").GetInt64());
        Assert.True(json.RootElement.GetProperty("multiplyAdds").GetInt64() > 0);
    }

    [Theory]
    [InlineData(0.999, 0.0, "never left")]
    [InlineData(0.1, 0.0, "collapsed")]
    [InlineData(0.7, 0.5, "had not settled")]
    public void Gates_that_went_wrong_are_reported(double entropy, double churn, string warning)
    {
        var epochs = Samples.Epochs.Select(report => report with { GateEntropy = entropy, GateChurn = churn }).ToList();
        var notes = GateHealth.Judge(epochs, fanIn: 4, cardinality: 8);
        Assert.Contains(warning, Assert.Single(notes, note => note.StartsWith("**Warning", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Gates_that_are_still_learned_are_not_judged()
    {
        var epochs = Samples.Epochs.Take(3).Select(report => report with { GateEntropy = 0.999, GateChurn = 0.5 }).ToList();
        var notes = GateHealth.Judge(epochs, fanIn: 4, cardinality: 8);
        Assert.DoesNotContain(notes, note => note.StartsWith("**Warning", StringComparison.Ordinal));
        Assert.Contains(notes, note => note.Contains("0.999 so far", StringComparison.Ordinal));
    }

    [Fact]
    public void Gates_that_went_well_are_reported_without_a_warning()
    {
        var epochs = Samples.Epochs.Select(report => report with { GateEntropy = 0.7, GateChurn = 0.01 }).ToList();
        Assert.DoesNotContain(GateHealth.Judge(epochs, fanIn: 4, cardinality: 8), note => note.StartsWith("**Warning", StringComparison.Ordinal));
        Assert.Empty(GateHealth.Judge([.. epochs.Select(report => report with { GateEntropy = null })], fanIn: 8, cardinality: 8));
    }
}

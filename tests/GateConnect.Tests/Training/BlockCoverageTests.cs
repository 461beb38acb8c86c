// Keeping every block readable: the matching against every choice there is, and what it makes of the rule gradual.
using CsCheck;
using GateConnect.Architecture;
using GateConnect.Tests.Testing;
using GateConnect.Tests.Training.Rivals;
using GateConnect.Training;

namespace GateConnect.Tests.Training;

[NoTensorLeak]
public sealed class BlockCoverageTests
{
    private static readonly NetworkBlueprint Blueprint = PlantedWirings.Blueprint;

    [Fact]
    public void A_gate_is_spared_exactly_where_some_choice_of_K_others_a_reader_reads_every_block() =>
        Gen.Select(Gen.Bool.Array[16], Gen.Int[1, 3], Gen.Int[0, 3], Gen.Int[0, 3]).Sample((gates, fanIn, reader, source) =>
        {
            var open = new float[4, 4];
            for (var at = 0; at < gates.Length; at++)
            {
                open[at / 4, at % 4] = gates[at] ? 0.5f : 0f;
            }
            var left = (float[,])open.Clone();
            left[reader, source] = 0;
            Assert.Equal(SomeChoiceReadsAll(left, fanIn, reader: 0, read: 0), BlockCoverage.Spares(open, fanIn, (reader, source)));
        });

    [Fact]
    public void With_blocks_kept_every_block_is_read_by_someone_and_reads_K() =>
        Gen.Select(Gen.Int[1, 4], Gen.Float[-1, 1].Array[Gates]).Sample((fanIn, evidence) =>
        {
            var wiring = Wiring(fanIn, evidence, keepBlocks: true);
            Assert.All(wiring.Modules, module => Assert.Equal(fanIn, module.FanIn));
            Assert.All(wiring.Modules.SelectMany(module => module.OutDegrees()), degree => Assert.True(degree > 0));
        });

    [Fact]
    public void Where_no_block_would_die_keeping_them_changes_nothing() =>
        Gen.Select(Gen.Int[2, 4], Gen.Float[-1, 1].Array[Gates]).Sample((fanIn, evidence) =>
        {
            var free = Wiring(fanIn, evidence, keepBlocks: false);
            if (free.Modules.All(module => module.OutDegrees().All(degree => degree > 0)))
            {
                Assert.Equal(free, Wiring(fanIn, evidence, keepBlocks: true));
            }
        });

    [Fact]
    public void A_block_that_everyone_would_drop_is_kept_by_the_one_that_misses_it_most()
    {
        // Three readers like source 0 best; source 3 is the last choice of all, but least so of reader 2.
        var evidence = new float[Gates];
        for (var at = 0; at < Gates; at++)
        {
            evidence[at] = at % 4 == 3 ? 3 : at % 4;
        }
        evidence[(2 * 4) + 3] = -5;
        var reads = Wiring(1, evidence, keepBlocks: true).Modules[0].Reads;
        Assert.Equal([3], reads[2]);
        Assert.Equal([0, 1, 2, 3], reads.SelectMany(row => row).Order());
    }

    [Fact]
    public void Gates_close_one_after_another_and_no_block_is_ever_left_unread()
    {
        using var planted = new PlantedWirings();
        var rule = GateEstimators.Create(PlantedWirings.Task(new GateOptions { Estimator = EstimatorKind.Gradual, KeepBlocks = true }));
        var wiring = planted.Learn(rule, 200);
        Assert.All(wiring.Modules.SelectMany(module => module.OutDegrees()), degree => Assert.True(degree > 0));
        Assert.All(rule.RealGates, matrix => Assert.Equal(4 * PlantedWirings.FanIn, matrix.Cast<float>().Count(gate => gate > 0)));
    }

    private static int Gates => (Blueprint.Modules.Count - 1) * 16;

    private static Connectivity Wiring(int fanIn, float[] evidence, bool keepBlocks)
    {
        var rule = new GradualEstimator(Blueprint, fanIn, new GateOptions { Estimator = EstimatorKind.Gradual, KeepBlocks = keepBlocks });
        var sums = rule.State.Skip(Blueprint.Modules.Count - 1).ToArray();
        for (var at = 0; at < evidence.Length; at++)
        {
            sums[at / 16][at / 4 % 4, at % 4] = evidence[at];
        }
        return rule.TopK();
    }

    private static bool SomeChoiceReadsAll(float[,] open, int fanIn, int reader, int read)
    {
        if (reader == 4)
        {
            return read == 15;
        }
        var sources = Enumerable.Range(0, 4).Where(source => open[reader, source] > 0).Sum(source => 1 << source);
        return Enumerable.Range(0, 16).Where(choice => (choice & ~sources) == 0 && int.PopCount(choice) <= fanIn)
            .Any(choice => SomeChoiceReadsAll(open, fanIn, reader + 1, read | choice));
    }
}

// One small run, made up, that the tests of this room share.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Tests.Reporting;

internal static class Samples
{
    public static NetworkBlueprint Blueprint { get; } =
        NetworkBlueprint.Create(new NetworkSize(20, 4, 8), new ImageShape(1, 28, 28), classes: 10);

    public static Recipe Recipe { get; } = new() { Threads = 2, FanIn = 2, Training = new TrainingOptions { Epochs = 6 } };

    /// <summary>Every block reads two neighbours of two, so that some blocks are dead, and some only through dead readers.</summary>
    public static Connectivity Wiring(int fanIn = 2, ulong seed = 5) =>
        Connectivity.Random(Blueprint, fanIn, new SeededRandom(seed));

    public static List<float[,]> Gates(Connectivity wiring) =>
    [
        .. wiring.Modules.Select(module =>
        {
            var gates = module.ToGates();
            for (var reader = 0; reader < module.Readers; reader++)
            {
                for (var source = 0; source < module.Sources; source++)
                {
                    gates[reader, source] = (gates[reader, source] * 0.5f) + (((reader * 3) + (source * 5)) % 8 / 16f);
                }
            }
            return gates;
        }),
    ];

    public static List<EpochReport> Epochs { get; } =
    [
        .. Enumerable.Range(1, 6).Select(epoch => new EpochReport(
            epoch, epoch <= 3 ? TrainingPhase.Gates : TrainingPhase.Weights, epoch * 938L, 1.5 / epoch, 100 - (40.0 / epoch),
            epoch % 2 == 0 ? 1.6 / epoch : null, epoch % 2 == 0 ? 99 - (41.0 / epoch) : null, 0.1 - (0.015 * epoch),
            epoch <= 3 ? 1 - (0.1 * epoch) : 0.62, epoch <= 3 ? 0.3 / epoch : 0, [6, 7, 7, 8, 8, 8])),
    ];

    public static RunRecord Record(RunStatus status = RunStatus.Complete)
    {
        var live = Blueprint.WithBlocks([6, 7, 7, 8, 8, 8]);
        var test = new GateConnect.Reporting.TestResult(10_000, 0.2513, 91.27, 99.8, [90.5, 98.1, 88, 92.25, 87.75, 98, 74.5, 96, null, 97.5]);
        return new RunRecord
        {
            Status = status,
            Recipe = Recipe,
            Dataset = new DatasetFacts(
                "fashion-mnist", "1x28x28", 60_000, new string('a', 64), 10_000, new string('b', 64),
                ["T-shirt|top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]),
            Machine = new MachineFacts("Linux", "A processor", 2, 1L << 34, "avx2", "10.0.1", "2.10.0", "0.107.0", "0.1.0"),
            Git = new GitState("0123456789abcdef0123456789abcdef01234567", Dirty: true),
            Results = status != RunStatus.Complete ? null : new RunResults(
                test, CostModel.Of(Blueprint, NetworkForm.Branches), CostModel.Of(live, NetworkForm.Branches), [6, 7, 7, 8, 8, 8]),
        };
    }
}

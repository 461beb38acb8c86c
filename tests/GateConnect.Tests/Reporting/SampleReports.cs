// Made-up reports that tests here and in a browser share: a small run, one with hostile names, and a large network.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Tests.Reporting;

internal static class SampleReports
{
    /// <summary>A name that would break out of text, attributes and scripts if it could.</summary>
    public const string Hostile = "</script><img src=x onerror=\"document.title='broken'\">'\"&{{script}}";

    /// <summary>A finished run of {20,4,8} with everything a report can have.</summary>
    public static ReportContent Small() => Learned(Samples.Record(), Samples.Blueprint, fanIn: 2) with
    {
        Epochs = Samples.Epochs,
        Evaluation = Evaluation(10),
        TestImages = SyntheticShapes.Create(new ShapesOptions { TrainCount = 16, TestCount = 40, ImageSize = 28, Channels = 1 }, new Seeds(3)).Test,
        Groups =
        [
            new GroupRow("Learned(2)", new SeedFigures(new Spread(91.1, 0.24, 2), 91.27, 240_000, 17e6, 45)) { IsOwn = true },
            new GroupRow("Random(2)", new SeedFigures(new Spread(90.9, double.NaN, 1), 90.9, 238_000, 16.8e6, 43)),
        ],
    };

    /// <summary>The same with names from a folder that someone made to break the page.</summary>
    public static ReportContent WithHostileNames()
    {
        var small = Small();
        var data = small.Record.Dataset with { Name = Hostile, ClassNames = [.. Enumerable.Range(0, 10).Select(label => $"{label}{Hostile}")] };
        var recipe = small.Record.Recipe with { Data = small.Record.Recipe.Data with { Dataset = "folder", Path = Hostile } };
        return small with
        {
            Record = small.Record with { Dataset = data, Recipe = recipe, Machine = small.Record.Machine with { Processor = Hostile } },
            Groups = [.. small.Groups.Select(row => row with { Name = row.Name + Hostile })],
        };
    }

    /// <summary>A run of a large network on a hundred classes, its gates sharpening over the epochs.</summary>
    public static ReportContent Large(NetworkSize size, int epochs)
    {
        var blueprint = NetworkBlueprint.Create(size, new ImageShape(3, 64, 64), classes: 100);
        var record = Samples.Record() with
        {
            Recipe = Samples.Recipe with { Network = size.ToString(), FanIn = size.Cardinality / 2 },
            Dataset = Samples.Record().Dataset with
            {
                Name = "cifar100",
                Image = "3x64x64",
                ClassNames = [.. Enumerable.Range(0, 100).Select(label => $"class {label}")],
            },
        };
        return Learned(record, blueprint, size.Cardinality / 2, epochs) with
        {
            Epochs =
            [
                .. Enumerable.Range(1, epochs).Select(epoch => Samples.Epochs[epoch % 3] with
                {
                    Epoch = epoch,
                    Phase = epoch <= epochs / 2 ? TrainingPhase.Gates : TrainingPhase.Weights,
                }),
            ],
            Evaluation = Evaluation(100),
        };
    }

    private static ReportContent Learned(RunRecord record, NetworkBlueprint blueprint, int fanIn, int epochs = 6)
    {
        var final = Connectivity.Random(blueprint, fanIn, new SeededRandom(5));
        var diary = GateDiary.Start(blueprint, ConnectivityRule.Learned(fanIn)) with { Final = final };
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            // Every second module's wiring is found late, so that connections move between epochs.
            var early = Connectivity.Random(blueprint, fanIn, new SeededRandom(6));
            var wiring = new Connectivity([.. final.Modules.Select((module, index) => epoch <= epochs / 3 && index % 2 == 0 ? early.Modules[index] : module)]);
            diary = diary.With(new GateSnapshot(epoch, [.. wiring.Modules.Select(module => Gates(module, Math.Min(1, 2.0 * epoch / epochs)))], wiring));
        }
        return new ReportContent { Record = record, Blueprint = blueprint, Diary = diary };
    }

    private static float[,] Gates(ModuleConnectivity module, double sharpness)
    {
        var gates = module.ToGates();
        for (var reader = 0; reader < module.Readers; reader++)
        {
            for (var source = 0; source < module.Sources; source++)
            {
                var jitter = ((reader * 7) + (source * 11)) % 16 / 40.0;
                gates[reader, source] = (float)Math.Clamp(0.5 + (sharpness * ((gates[reader, source] - 0.5) * (1 - jitter))), 0, 1);
            }
        }
        return gates;
    }

    private static EvaluationRecord Evaluation(int classes) => new(
        EvaluationRecord.CurrentFormat,
        [
            .. Enumerable.Range(0, classes).Select(label => Enumerable.Range(0, classes)
                .Select(predicted => label == predicted ? 80 : (label * 7 + predicted * 3) % 11 == 0 ? 5 : 0).ToArray()),
        ],
        [.. Enumerable.Range(0, 12).Select(index => new ConfidentMistake(index * 3, index % classes, (index + 3) % classes, 0.99 - (0.01 * index)))]);
}

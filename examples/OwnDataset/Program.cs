// Your own images, from the files or the numbers you have to a small network on disk:
//   dotnet run --project examples/OwnDataset -c Release -- photos     a folder with one sub-folder of pictures per class
//   dotnet run --project examples/OwnDataset -c Release               patterns that it makes itself, under a minute
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Examples;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Runtime;
using GateConnect.Training;

TorchRuntime.SetThreads(1); // first of all: it loads libtorch, and results repeat bit for bit at equal seeds and threads
var seeds = new Seeds(1);

// A fifth of every class is held out for the test, drawn by the seed, unless the folder has train/ and val/.
var (train, test) = args is [var folder]
    ? ImageFolderReader.Read(folder, new ImageFolderOptions(ImageSize: 32, seeds))
    : Split(Patterns.Create(count: 1000, size: 16, seeds));
Console.WriteLine($"{train.Count} images of {train.Shape} to learn from, {test.Count} to test on: {string.Join(", ", train.ClassNames)}");

// Mean and deviation per channel are measured on the training images alone, and go into the model file.
var normalization = Normalization.Measure(train);
Console.WriteLine($"mean {Numbers(normalization.Mean)}, deviation {Numbers(normalization.Std)}");
var data = new TrainingData(train, Held: null, normalization, Augmentation.PadCropFlip(pad: 2));

var blueprint = NetworkBlueprint.Create(new NetworkSize(11, 4, 8), train);
var rule = ConnectivityRule.Learned(fanIn: 1);
using var network = BranchNetwork.Create(blueprint, rule, seeds);
var options = new TrainingOptions { Epochs = 10, BatchSize = 32, WarmUpSteps = 20 };
Trainer.Run(new TrainingJob(network, data, rule, options, seeds) { OnEpoch = Console.WriteLine });

var plan = PrunePlan.From(network);
Console.WriteLine(plan);
using var small = Pruner.Apply(plan, network);
ModelFile.Save("own.safetensors", small, ModelHeader.Of(small, normalization, train));

// What the file holds is all that a later program needs.
using var model = ModelFile.Load("own.safetensors");
var evaluation = Evaluator.Run(model.Network, test, model.Header.Normalization);
Console.WriteLine($"own.safetensors: {evaluation}");
foreach (var (name, percent) in model.Header.ClassNames.Zip(evaluation.PerClassPercent()))
{
    Console.WriteLine(FormattableString.Invariant($"  {name,-12} {percent,6:F2} %"));
}

static string Numbers(IEnumerable<float> values) => string.Join(' ', values.Select(value => value.ToString("F3", CultureInfo.InvariantCulture)));

DatasetParts Split(ImageDataset all)
{
    var (kept, heldOut) = DatasetSplit.StratifiedSplit(all, fraction: 0.2, seeds, "test");
    return new DatasetParts(kept, heldOut);
}

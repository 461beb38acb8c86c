// A training whose loop is yours: Loop.cs is a page to copy and change. Under a minute of one core:
//   dotnet run --project examples/OwnLoop -c Release
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Examples;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;
using TorchSharp;

TorchRuntime.SetThreads(1);
var seeds = new Seeds(1);
var (train, test) = SyntheticShapes.Create(new ShapesOptions { TrainCount = 1600, ImageSize = 16, Channels = 1, Classes = 3 }, seeds);
var normalization = Normalization.Measure(train);
var options = new TrainingOptions { Epochs = 12, BatchSize = 32 };

var blueprint = NetworkBlueprint.Create(new NetworkSize(11, 4, 8), train);
using var network = BranchNetwork.Create(blueprint, ConnectivityRule.Learned(fanIn: 2), seeds);

// The rule of learning. PaperEstimator, GradualEstimator or a class of your own that implements IGateEstimator fit as well.
var rule = new RelaxedEstimator(blueprint, network.FanIn, options.Gates);

// Shuffled and augmented as the seeds say: the same batches in the same order, whatever the rule.
var loader = BatchLoader.ForTraining(train, normalization, Augmentation.PadCropFlip(pad: 2), new BatchOptions(options.BatchSize, seeds, torch.CPU));
foreach (var (epoch, loss) in Loop.Run(network, rule, loader, options).Index())
{
    Console.WriteLine(FormattableString.Invariant($"epoch {epoch + 1,3}  loss {loss:F4}"));
}
Console.WriteLine(WiringTable.Write(blueprint, network.Wiring()));
Console.WriteLine($"whole   {Evaluator.Run(network, test, normalization)}");
using var small = Pruner.Apply(PrunePlan.From(network), network);
Console.WriteLine($"pruned  {Evaluator.Run(small, test, normalization)}");

// Learns which block of a network reads which, on seeded pictures of simple shapes, removes the blocks that nobody
// reads, and saves the smaller network. Under a minute of one core; nothing is downloaded.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Pruning;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

TorchRuntime.SetThreads(1);     // results repeat bit for bit at equal seeds and threads
var seeds = new Seeds(1);

// Images. Your own, one folder per class: ImageFolderReader.Read("photos", new ImageFolderOptions(32, seeds)).
var shapes = new ShapesOptions { TrainCount = 1600, ImageSize = 16, Channels = 1, Classes = 3 };
var (train, test) = SyntheticShapes.Create(shapes, seeds);
var data = TrainingData.Of(train, Augmentation.PadCropFlip(pad: 2));

// The network: {depth, bottleneck width, cardinality}. Every block will read 2 of the 8 blocks before it.
var blueprint = NetworkBlueprint.Create(new NetworkSize(11, 4, 8), train);
var rule = ConnectivityRule.Learned(fanIn: 2);
using var network = BranchNetwork.Create(blueprint, rule, seeds);

// Training: gates and weights together, then the weights alone under the wiring that was learned.
var options = new TrainingOptions { Epochs = 12, BatchSize = 32 };
Trainer.Run(new TrainingJob(network, data, rule, options, seeds) { OnEpoch = Console.WriteLine });
Console.WriteLine(WiringTable.Write(blueprint, network.Wiring()));

// Pruning: a plan to read first, then a network without the dead blocks that computes the same.
var plan = PrunePlan.From(network);
Console.WriteLine(plan);
using var small = Pruner.Apply(plan, network);
Console.WriteLine($"whole   {Evaluator.Run(network, test, data.Normalization)}");
Console.WriteLine($"pruned  {Evaluator.Run(small, test, data.Normalization)}");

// One safetensors file, from which ModelFile.Load gives the network, its normalisation and the class names.
ModelFile.Save("shapes.safetensors", small, ModelHeader.Of(small, data.Normalization, train));

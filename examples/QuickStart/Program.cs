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
var shapes = new ShapesOptions { TrainCount = 800, ImageSize = 12, Channels = 1, Classes = 2 };
var (train, test) = SyntheticShapes.Create(shapes, seeds);
var data = TrainingData.Of(train, Augmentation.PadCropFlip(pad: 1));

// The network: {depth, bottleneck width, cardinality}. Every block will read 4 of the 8 blocks before it.
var blueprint = NetworkBlueprint.Create(new NetworkSize(20, 4, 8), train);
var rule = ConnectivityRule.Learned(fanIn: 4);
using var network = BranchNetwork.Create(blueprint, rule, seeds);

// Training: gates and weights together, then the weights alone under the wiring that was learned. Six epochs show how
// it goes and are too few to tell the shapes apart: raise Epochs for that.
var options = new TrainingOptions { Epochs = 6, BatchSize = 16, LearningRate = 0.05 };
Trainer.Run(new TrainingJob(network, data, rule, options, seeds) { OnEpoch = Console.WriteLine });
Console.WriteLine(WiringTable.Write(blueprint, network.Wiring()));

// Pruning: a plan to read first, then a network without the dead blocks that computes the same. With 4 of 8 open most
// blocks are read by somebody; a smaller fan-in leaves more of them unread.
var plan = PrunePlan.From(network);
Console.WriteLine(plan);
using var small = Pruner.Apply(plan, network);
Console.WriteLine($"whole   {Evaluator.Run(network, test, data.Normalization)}");
Console.WriteLine($"pruned  {Evaluator.Run(small, test, data.Normalization)}");

// One safetensors file, from which ModelFile.Load gives the network, its normalisation and the class names.
ModelFile.Save("shapes.safetensors", small, ModelHeader.Of(small, data.Normalization, train));

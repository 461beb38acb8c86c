// The paper's tables and questions as lists of cells (PAPER sections 5 to 7). Recipes follow section 5, but for the learning
// rate, which every rule lets fall by one cosine (docs/decisions/0016-tables.md).
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Experiments.Tables;

/// <summary>A table that can be run.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Title">What it shows, in one line.</param>
/// <param name="Cells">Its rows, in the order in which they are printed and, seed by seed, run.</param>
public sealed record Experiment(string Name, string Title, IReadOnlyList<ExperimentCell> Cells)
{
    // Doubling, on images and so many of them that the longest of them still ends on a small machine.
    private static readonly Budget[] Doubling =
        [.. new[] { 5, 10, 20, 40, 80 }.Select(epochs => new Budget(epochs / 300.0) { ImageSize = 16, TrainLimit = 10_000 })];

    // The table's first; the fewer sources a block has, the more it matters which.
    private static readonly int[] WiringFanIns = [4, 2, 1];

    private static readonly NetworkSize Smallest = new(20, 4, 8);
    private static readonly NetworkSize[] SmallNetworks = [Smallest, new(29, 8, 8), new(29, 64, 8)];
    private static readonly NetworkSize[] LargeNetworks = [new(50, 4, 32), new(101, 4, 32), new(101, 4, 64)];

    /// <summary>Every experiment, in the order of the paper.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
    [
        Table("cifar10", "the paper's CIFAR-10 table: designed against learned connectivity", SmallNetworks),
        Table("cifar100", "the same on CIFAR-100", SmallNetworks),
        Table("mini-imagenet", "the same on Mini-ImageNet, 84x84 (--data FOLDER)", SmallNetworks),
        Table("imagenet", "the paper's ImageNet table (--data FOLDER)", LargeNetworks),
        new("cifar10-fan-in", "question 3's sweep: accuracy against K on {20,4,8}", [.. FanIns(1, 8)]),
        new("cifar10-pruning", "question 3: blocks found dead, Learned(K) beside Random(K), on {20,4,8}", [.. FanIns(1, 4)]),
        new("cifar10-rivals", "question 4: other ways to a wiring, on {20,4,8}, K = 4", [.. Rivals()]),
        new("cifar10-budget", "from which budget on does learning pay? 10,000 images at 16x16, {20,4,8}, K = 4",
            [.. Kinds(4).Select(rule => Cell("cifar10", Smallest, rule)), Learned(4, EstimatorKind.Gradual)]) { Budgets = Doubling },
        new("cifar10-wirings", "how much is there to learn? the same random wirings under several seeds, {20,4,8}, K = 4, 2 and 1",
            [.. WiringFanIns.SelectMany(fanIn => Wirings(fanIn, 6))]),
        new("cifar10-fresh", "is it the wiring? fresh weights under the wirings that the rule gradual learned, {20,4,8}, K = 4, 2 and 1",
            [.. WiringFanIns.SelectMany(Fresh)]),
        new("cifar10-kept", "what dead blocks cost: wirings learned and drawn in which every block is read, {20,4,8}, K = 1 to 4",
            [.. Enumerable.Range(1, 4).SelectMany(Kept), Cell("cifar10", Smallest, ConnectivityRule.FullBranches)]),
    ];

    /// <summary>The budgets that belong to the question; null where any does, as for the paper's tables.</summary>
    public IReadOnlyList<Budget>? Budgets { get; init; }

    /// <summary>The experiment of a name.</summary>
    /// <exception cref="ConfigurationException">There is none; names them all.</exception>
    public static Experiment Named(string name) =>
        All.FirstOrDefault(experiment => experiment.Name == name)
        ?? throw new ConfigurationException(
            $"experiment: '{UntrustedText.Shown(name)}' is not one of {string.Join(", ", All.Select(experiment => experiment.Name))}");

    /// <summary>The cells whose names contain all these words; a word that is a cell's name stands for that cell alone.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    public IReadOnlyList<ExperimentCell> CellsNamed(IReadOnlyList<string> words)
    {
        ExperimentCell[] cells = [.. Cells.Where(cell => words.All(word => Cells.Any(other => other.Name == word)
            ? cell.Name == word
            : cell.Name.Contains(word, StringComparison.Ordinal)))];
        return cells.Length > 0
            ? cells
            : throw new ConfigurationException(
                $"--only: no cell of {Name} contains {string.Join(" and ", words.Select(word => UntrustedText.Shown(word)))}; "
                + $"see 'gateconnect experiment list {Name}'");
    }

    private static Experiment Table(string dataset, string title, NetworkSize[] networks) =>
        new(dataset, title, [.. networks.SelectMany(network => Kinds(network.Cardinality / 2).Select(rule => Cell(dataset, network, rule)))]);

    private static IEnumerable<ConnectivityRule> Kinds(int fanIn) =>
        [ConnectivityRule.Full, ConnectivityRule.FullBranches, ConnectivityRule.Random(fanIn), ConnectivityRule.Learned(fanIn)];

    // With K = C all gates are open, whoever opens them.
    private static IEnumerable<ExperimentCell> FanIns(int first, int last) => Enumerable.Range(first, last - first + 1)
        .SelectMany(fanIn => fanIn == Smallest.Cardinality ? [Cell("cifar10", Smallest, ConnectivityRule.FullBranches)] : new[]
        {
            Cell("cifar10", Smallest, ConnectivityRule.Learned(fanIn)),
            Learned(fanIn, EstimatorKind.Gradual),
            Cell("cifar10", Smallest, ConnectivityRule.Random(fanIn)),
        });

    private static IEnumerable<ExperimentCell> Fresh(int fanIn)
    {
        var (random, learned) = (Cell("cifar10", Smallest, ConnectivityRule.Random(fanIn)), Learned(fanIn, EstimatorKind.Gradual));
        var given = random with { Recipe = random.Recipe with { Connectivity = ConnectivityKind.Given } };
        return
        [
            random, learned,
            given with { WiringOf = new WiringOrigin(learned, InitialWeights.Rewound) },
            given with { WiringOf = new WiringOrigin(learned, InitialWeights.Reinitialized) },
        ];
    }

    private static IEnumerable<ExperimentCell> Kept(int fanIn)
    {
        var learned = Learned(fanIn, EstimatorKind.Gradual);
        var training = learned.Recipe.Training;
        return
        [
            Cell("cifar10", Smallest, ConnectivityRule.Random(fanIn)), Cell("cifar10", Smallest, ConnectivityRule.Regular(fanIn)), learned,
            learned with { Recipe = learned.Recipe with { Training = training with { Gates = training.Gates with { KeepBlocks = true } } } },
        ];
    }

    private static IEnumerable<ExperimentCell> Wirings(int fanIn, ulong count)
    {
        for (ulong wiring = 1; wiring <= count; wiring++)
        {
            yield return Cell("cifar10", Smallest, ConnectivityRule.Random(fanIn) with { WiringSeed = wiring });
        }
    }

    private static IEnumerable<ExperimentCell> Rivals() =>
    [
        .. Kinds(4).Select(rule => Cell("cifar10", Smallest, rule)),
        .. Enum.GetValues<EstimatorKind>().Where(kind => kind != EstimatorKind.Relaxed).Select(kind => Learned(4, kind)),
    ];

    private static ExperimentCell Learned(int fanIn, EstimatorKind kind)
    {
        var cell = Cell("cifar10", Smallest, ConnectivityRule.Learned(fanIn));
        var training = cell.Recipe.Training;
        return cell with { Recipe = cell.Recipe with { Training = training with { Gates = training.Gates with { Estimator = kind } } } };
    }

    private static ExperimentCell Cell(string dataset, NetworkSize network, ConnectivityRule rule)
    {
        var recipe = new Recipe
        {
            Data = DataOf(dataset),
            Network = network.ToString(),
            Connectivity = rule.Kind,
            FanIn = rule.FanIn,
            WiringSeed = rule.WiringSeed,
            Training = dataset == "imagenet"
                ? new TrainingOptions { Epochs = 100, BatchSize = 256, WeightDecay = 1e-4 }
                : new TrainingOptions { Epochs = 300, BatchSize = 128 },
            Threads = 1,
        };
        return new ExperimentCell(dataset, recipe);
    }

    private static DataRecipe DataOf(string dataset) => dataset switch
    {
        "mini-imagenet" => new DataRecipe { Dataset = DatasetKind.Folder.Text(), ImageSize = 84, Augmentation = "resized-crop-flip" },
        "imagenet" => new DataRecipe { Dataset = DatasetKind.Folder.Text(), ImageSize = 224, Augmentation = "resized-crop-flip" },
        _ => new DataRecipe { Dataset = dataset },
    };
}

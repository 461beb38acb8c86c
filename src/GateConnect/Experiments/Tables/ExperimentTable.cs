// A table from finished runs. A row is a cell within one budget; runs whose recipes or first losses differ stand in rows of
// their own, so that no mean mixes them.
using GateConnect.Architecture;
using GateConnect.Reporting;
using GateConnect.Training;

namespace GateConnect.Experiments.Tables;

/// <summary>One row: a cell within a budget, over seeds.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Recipe">What was run, but for the seed.</param>
/// <param name="Runs">The runs, by seed.</param>
public sealed record TableRow(ExperimentCell Cell, Recipe Recipe, IReadOnlyList<StoredRun> Runs)
{
    /// <summary>Runs that repeat the recipe and seed of one in the row, and are left out of it.</summary>
    public IReadOnlyList<StoredRun> Repeated { get; init; } = [];

    /// <summary>K; the cardinality where all gates are open.</summary>
    public int FanIn => Recipe.Rule.FanInOf(NetworkSize.Parse(Recipe.Network).Cardinality);

    /// <summary>Top-1 accuracy on the test images, in percent.</summary>
    public Spread Top1Percent => Spread.Of([.. Runs.Select(Top1)]);

    /// <summary>Of the best seed, in percent.</summary>
    public double BestPercent => Runs.Max(Top1);

    /// <summary>Parameters after pruning, mean over seeds.</summary>
    public double Parameters => Runs.Average(run => run.Record.Results!.After.Parameters);

    /// <summary>Parameters before pruning.</summary>
    public long ParametersBefore => Runs[0].Record.Results!.Before.Parameters;

    /// <summary>Multiply-adds per image after pruning, mean over seeds.</summary>
    public double MultiplyAdds => Runs.Average(run => run.Record.Results!.After.MultiplyAdds);

    /// <summary>Blocks after pruning, mean over seeds; null for ResNeXt, which is not pruned.</summary>
    public double? LiveBlocks => Runs[0].Record.Results!.LiveBlocks is null ? null : Runs.Average(run => run.Record.Results!.LiveBlocks!.Sum());

    /// <summary>Training images seen in all, those that a search measures included (these forward only).</summary>
    public long ImagePasses => ((long)Recipe.Training.Epochs * Runs[0].Record.Dataset.TrainImages)
        + (Recipe.Connectivity == ConnectivityKind.Learned ? Recipe.Training.Gates.SearchPasses(Runs[0].Record.Dataset.TrainImages) : 0);

    /// <summary>Wall time of training, mean over seeds, in minutes.</summary>
    public double Minutes => Runs.Average(run => run.Seconds) / 60;

    /// <summary>Side of the images in pixels.</summary>
    public int ImageSize => int.Parse(Runs[0].Record.Dataset.Image.Split('x')[1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether two rows were run within the same budget on the same images.</summary>
    public bool HasBudgetOf(TableRow other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Recipe.Training.Epochs == other.Recipe.Training.Epochs && Recipe.Data == other.Recipe.Data && ImageSize == other.ImageSize;
    }

    /// <summary>Tests this row against another on the seeds that both have; null where there is none.</summary>
    public PairedTest? Against(TableRow other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return PairedTest.Of(BySeed(this), BySeed(other));
    }

    private static Dictionary<ulong, double> BySeed(TableRow row) => row.Runs.ToDictionary(run => run.Record.Recipe.Seed, Top1);

    private static double Top1(StoredRun run) => run.Record.Results!.Test.Top1Percent;
}

/// <summary>Learned connectivity against another rule on the same seeds.</summary>
/// <param name="Learned">The learned row.</param>
/// <param name="Other">The other.</param>
/// <param name="Test">Learned minus other.</param>
public sealed record TableComparison(TableRow Learned, TableRow Other, PairedTest Test);

/// <summary>How much random wirings differ.</summary>
/// <param name="First">The first wiring's row: it has the network, the fan-in and the budget of all.</param>
/// <param name="Parts">Rows are wirings, columns are seeds; points of accuracy.</param>
public sealed record WiringSpread(TableRow First, VarianceComponents Parts)
{
    internal static WiringSpread? Of(IReadOnlyList<TableRow> wirings)
    {
        ulong[] seeds = [.. wirings.Select(Seeds).Aggregate((common, next) => common.Intersect(next))];
        if (wirings.Count < 2 || seeds.Length < 2)
        {
            return null;
        }
        var values = new double[wirings.Count, seeds.Length];
        for (var row = 0; row < wirings.Count; row++)
        {
            for (var column = 0; column < seeds.Length; column++)
            {
                values[row, column] = wirings[row].Runs.Single(run => run.Record.Recipe.Seed == seeds[column]).Record.Results!.Test.Top1Percent;
            }
        }
        return new WiringSpread(wirings[0], VarianceComponents.Of(values));
    }

    private static IEnumerable<ulong> Seeds(TableRow row) => row.Runs.Select(run => run.Record.Recipe.Seed);
}

/// <summary>An experiment's results.</summary>
/// <param name="Experiment">Which.</param>
/// <param name="Rows">In the order of the experiment's cells, small budgets first.</param>
public sealed record ExperimentTable(Experiment Experiment, IReadOnlyList<TableRow> Rows)
{
    /// <summary>
    /// Learned rows, each against every rule with the same network, budget and, where it has one, fan-in; of two learned ones the
    /// later against the earlier.
    /// </summary>
    public IReadOnlyList<TableComparison> Comparisons =>
    [
        .. from pair in Rows.Index()
           let learned = pair.Item
           where IsLearned(learned)
           from other in Rows.Where((row, index) => index < pair.Index || !IsLearned(row))
           where other.Recipe.Network == learned.Recipe.Network && other.HasBudgetOf(learned)
               && (other.Recipe.FanIn is null || other.Recipe.FanIn == learned.Recipe.FanIn)
           let test = learned.Against(other)
           where test is not null
           select new TableComparison(learned, other, test.Value),
    ];

    /// <summary>
    /// Over random wirings of the same network, fan-in and budget that were trained under the same seeds, two of each at least:
    /// what the wiring is worth (rows), and the seed (columns).
    /// </summary>
    public IReadOnlyList<WiringSpread> Wirings
    {
        get
        {
            var spreads = new List<WiringSpread>();
            TableRow[] rest = [.. Rows.Where(row => row.Recipe.WiringSeed is not null)];
            while (rest is [var first, ..])
            {
                var alike = rest.ToLookup(row => row.HasBudgetOf(first) && (row.Recipe.Network, row.FanIn) == (first.Recipe.Network, first.FanIn));
                if (WiringSpread.Of([.. alike[true]]) is { } spread)
                {
                    spreads.Add(spread);
                }
                rest = [.. alike[false]];
            }
            return spreads;
        }
    }

    /// <summary>Gathers the runs that belong to an experiment's cells.</summary>
    /// <exception cref="Runtime.DataException">A result is cut short, damaged, or of another version.</exception>
    public static ExperimentTable Of(Experiment experiment, ResultStore store)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(store);
        var runs = experiment.Cells.Select(cell => cell.Dataset).Distinct().ToDictionary(dataset => dataset, store.All);
        return new ExperimentTable(experiment, [.. experiment.Cells.SelectMany(cell => RowsOf(cell, runs[cell.Dataset], experiment.Budgets))]);
    }

    private static IEnumerable<TableRow> RowsOf(ExperimentCell cell, IReadOnlyList<StoredRun> runs, IReadOnlyList<Budget>? budgets)
    {
        var recipes = budgets?.Select(budget => RunGroups.Seedless(budget.Apply(cell.Recipe))).ToHashSet();
        var rows = new List<List<StoredRun>>();
        foreach (var run in runs.Where(run => (recipes?.Contains(Seedless(run, cell)) ?? IsOf(cell, run)) && HasWiring(run, cell, runs)))
        {
            var row = rows.FirstOrDefault(row => Belongs(run, row[0], cell));
            if (row is null)
            {
                rows.Add(row = []);
            }
            row.Add(run);
        }
        return rows.Select(row => Row(cell, row))
            .OrderBy(row => row.ImageSize).ThenBy(row => row.ImagePasses);
    }

    // A copy under another name is no other seed.
    private static TableRow Row(ExperimentCell cell, List<StoredRun> runs)
    {
        StoredRun[] once = [.. runs.DistinctBy(run => run.Record.Recipe.Seed).OrderBy(run => run.Record.Recipe.Seed)];
        return new TableRow(cell, Seedless(runs[0], cell), once) { Repeated = [.. runs.Except(once)] };
    }

    // Fingerprints are no help: which images a subset has, or a folder is tested on, may follow from the seed.
    private static bool Belongs(StoredRun run, StoredRun first, ExperimentCell cell)
    {
        var (images, others) = (run.Record.Dataset, first.Record.Dataset);
        return Seedless(run, cell) == Seedless(first, cell)
            && (images.TrainImages, images.TestImages, images.Image) == (others.TrainImages, others.TestImages, others.Image)
            && images.ClassNames.SequenceEqual(others.ClassNames)
            && run.Proof.Agrees(first.Proof);
    }

    // Where each seed has a wiring of its own, that is the seed's as well.
    private static Recipe Seedless(StoredRun run, ExperimentCell cell)
    {
        var recipe = RunGroups.Seedless(run.Record.Recipe);
        return cell.WiringOf is null ? recipe : recipe with { Wiring = null };
    }

    private static bool IsOf(ExperimentCell cell, StoredRun run) =>
        Unbudgeted(Seedless(run, cell), cell.Recipe) == RunGroups.Seedless(cell.Recipe);

    // Rewound and reinitialized runs have one recipe: whose wiring they have tells them apart.
    private static bool HasWiring(StoredRun run, ExperimentCell cell, IReadOnlyList<StoredRun> runs) =>
        cell.WiringOf is not { } origin
        || runs.Any(source => source.Record.Recipe.Seed == origin.SeedFor(run.Record.Recipe.Seed)
            && IsOf(origin.Cell, source)
            && Budgeted(source.Record.Recipe) == Budgeted(run.Record.Recipe)
            && ConnectivityJson.Write(WiringFile.Read(source.Path)) == run.Record.Recipe.Wiring);

    private static (int Epochs, int? TrainLimit, int? ImageSize) Budgeted(Recipe recipe) =>
        (recipe.Training.Epochs, recipe.Data.TrainLimit, recipe.Data.ImageSize);

    private static bool IsLearned(TableRow row) =>
        row.Cell.WiringOf is not null
        || row.Recipe.Connectivity == ConnectivityKind.Learned && row.Recipe.Training.Gates.Estimator is EstimatorKind.Relaxed or EstimatorKind.Gradual;

    // The recipe at the cell's own budget: what is left is what makes it this cell or another.
    private static Recipe Unbudgeted(Recipe recipe, Recipe cell) => recipe with
    {
        Data = recipe.Data with { Path = cell.Data.Path, TrainLimit = cell.Data.TrainLimit, ImageSize = cell.Data.ImageSize },
        Training = recipe.Training with { Epochs = cell.Training.Epochs },
    };
}

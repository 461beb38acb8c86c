// A table from finished runs. A row is a cell within one budget; runs whose recipes or first losses differ stand in rows of
// their own, so that no mean mixes them.
using GateConnect.Architecture;
using GateConnect.Reporting;
using GateConnect.Training;

namespace GateConnect.Experiments.Tables;

/// <summary>Learned connectivity against another rule on the same seeds.</summary>
/// <param name="Learned">The learned row.</param>
/// <param name="Other">The other.</param>
/// <param name="Test">Learned minus other.</param>
public sealed record TableComparison(TableRow Learned, TableRow Other, PairedTest Test);

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
        .. from pair in LearnedPairs.Of(Rows, IsLearned, Compare)
           let test = pair.Learned.Against(pair.Other)
           where test is not null
           select new TableComparison(pair.Learned, pair.Other, test.Value),
    ];

    /// <summary>
    /// Over random wirings of the same network, fan-in and budget that were trained under the same seeds, two of each at least:
    /// what the wiring is worth (rows), and the seed (columns).
    /// </summary>
    public IReadOnlyList<WiringSpread> Wirings =>
    [
        .. Rows.Where(row => row.Recipe.WiringSeed is not null).GroupBy(row => (row.Recipe.Network, row.FanIn, row.Budget))
            .Select(alike => WiringSpread.Of([.. alike])).OfType<WiringSpread>(),
    ];

    /// <summary>Gathers the runs that belong to an experiment's cells.</summary>
    /// <exception cref="Runtime.DataException">A result is cut short, damaged, or of another version.</exception>
    public static ExperimentTable Of(Experiment experiment, ResultStore store)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(store);
        var runs = experiment.Cells.Select(cell => cell.Dataset).Distinct().ToDictionary(dataset => dataset, store.All);
        return new ExperimentTable(experiment, [.. experiment.Cells.SelectMany(cell => RowsOf(cell, runs[cell.Dataset], experiment.Budgets))]);
    }

    /// <summary>The rows of these cells, run within this budget; null for any.</summary>
    /// <param name="cells">Of the experiment.</param>
    /// <param name="epochs">The share of the paper's epochs; its images are not looked at.</param>
    /// <param name="trainImages">How many images were learned from.</param>
    /// <param name="imageSize">Their side in pixels.</param>
    public ExperimentTable Where(IReadOnlyList<ExperimentCell> cells, Budget? epochs = null, int? trainImages = null, int? imageSize = null) => this with
    {
        Rows =
        [
            .. Rows.Where(row => cells.Contains(row.Cell)
                && (epochs is null || row.Recipe.Training.Epochs == epochs.Apply(row.Cell.Recipe).Training.Epochs)
                && (trainImages ?? row.TrainImages) == row.TrainImages
                && (imageSize ?? row.ImageSize) == row.ImageSize),
        ],
    };

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

    private static bool Compare(TableRow first, TableRow other) =>
        other.Recipe.Network == first.Recipe.Network && other.HasBudgetOf(first) && (other.Recipe.FanIn is null || other.Recipe.FanIn == first.Recipe.FanIn);

    private static bool IsLearned(TableRow row) =>
        row.Cell.WiringOf is not null || row.Cell.Estimator?.IsOurs() == true;

    // The recipe at the cell's own budget: what is left is what makes it this cell or another.
    private static Recipe Unbudgeted(Recipe recipe, Recipe cell) => recipe with
    {
        Data = recipe.Data with { Path = cell.Data.Path, TrainLimit = cell.Data.TrainLimit, ImageSize = cell.Data.ImageSize },
        Training = recipe.Training with { Epochs = cell.Training.Epochs },
    };
}

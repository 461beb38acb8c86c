// A row of a table: a cell within one budget, over seeds, and what is computed of its runs.
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
    public Spread Top1Percent => Figures.Top1Percent;

    /// <summary>Of the best seed, in percent.</summary>
    public double BestPercent => Figures.BestPercent;

    /// <summary>Parameters after pruning, mean over seeds.</summary>
    public double Parameters => Figures.Parameters;

    /// <summary>Parameters before pruning.</summary>
    public long ParametersBefore => Runs[0].Record.Results!.Before.Parameters;

    /// <summary>Multiply-adds per image after pruning, mean over seeds.</summary>
    public double MultiplyAdds => Figures.MultiplyAdds;

    /// <summary>Blocks after pruning, mean over seeds; null for ResNeXt, which is not pruned.</summary>
    public double? LiveBlocks => Figures.LiveBlocks;

    /// <summary>Training images seen in all, those that a search measures included (these forward only).</summary>
    public long ImagePasses => ((long)Recipe.Training.Epochs * TrainImages)
        + (Recipe.Connectivity == ConnectivityKind.Learned ? Recipe.Training.Gates.SearchPasses(TrainImages) : 0);

    /// <summary>Wall time of training, mean over seeds, in minutes.</summary>
    public double Minutes => Runs.Average(run => run.Seconds) / 60;

    /// <summary>How many images were learned from.</summary>
    public int TrainImages => Runs[0].Record.Dataset.TrainImages;

    /// <summary>Side of the images in pixels.</summary>
    public int ImageSize => int.Parse(Runs[0].Record.Dataset.Image.Split('x')[1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether two rows were run within the same budget on the same images.</summary>
    public bool HasBudgetOf(TableRow other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Budget == other.Budget;
    }

    /// <summary>What two rows have in common that were run within the same budget on the same images.</summary>
    internal (int Epochs, DataRecipe Data, int ImageSize) Budget => (Recipe.Training.Epochs, Recipe.Data, ImageSize);

    /// <summary>Tests this row against another on the seeds that both have; null where there is none.</summary>
    public PairedTest? Against(TableRow other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return SeedFigures.Test(Records, other.Records);
    }

    private SeedFigures Figures => SeedFigures.Of([.. Records]);

    private IEnumerable<RunRecord> Records => Runs.Select(run => run.Record);
}

// A table for people: aligned, as Markdown, or as comma-separated values, with the paper's figures beside ours.
using System.Globalization;
using System.Text;
using GateConnect.Architecture;
using GateConnect.Reporting;
using GateConnect.Training;

namespace GateConnect.Experiments.Tables;

/// <summary>Writes tables.</summary>
public static class TableText
{
    /// <summary>Aligned, for a terminal.</summary>
    /// <param name="table">What was measured.</param>
    /// <param name="width">Characters that a line has room for; columns that do not fit are named below their table.</param>
    public static string Plain(ExperimentTable table, int width = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(table);
        var legend = Legend(table).TrimEnd('\n').Split('\n').SelectMany(line => TextLines.Wrap(line, width));
        return $"{Title(table)}\n\n{Rows(table).Plain(width)}{Comparisons(table, comparisons => comparisons.Plain(width))}{Wirings(table)}\n"
            + $"{string.Join('\n', legend)}\n";
    }

    /// <summary>The same as Markdown.</summary>
    public static string Markdown(ExperimentTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return $"{Title(table)}\n\n{Rows(table).Markdown()}{Comparisons(table, comparisons => comparisons.Markdown())}{Wirings(table)}\n{Legend(table)}";
    }

    /// <summary>One line a row, RFC 4180; numbers in full.</summary>
    public static string Csv(ExperimentTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var text = new StringBuilder(
            "network,connectivity,estimator,fanIn,imageSize,trainImages,epochs,seeds,meanPercent,stdPercent,bestPercent,"
            + "paperMeanPercent,paperStdPercent,parametersBefore,parameters,multiplyAdds,liveBlocks,imagePasses,minutes,cell\n");
        foreach (var row in table.Rows)
        {
            var (top1, paper) = (row.Top1Percent, row.Cell.Paper);
            text.Append('"').Append(row.Recipe.Network).Append("\",").AppendJoin(',',
            [
                row.Recipe.Connectivity.Text(), row.Cell.Estimator?.Text() ?? "", Number(row.FanIn), Number(row.ImageSize), Number(row.TrainImages),
                Number(row.Recipe.Training.Epochs), Number(top1.Count),
                Number(top1.Mean), double.IsNaN(top1.Std) ? "" : Number(top1.Std), Number(row.BestPercent),
                Number(paper?.MeanPercent), Number(paper?.StdPercent),
                Number(row.ParametersBefore), Number(row.Parameters), Number(row.MultiplyAdds), Number(row.LiveBlocks),
                Number(row.ImagePasses), Number(row.Minutes), $"\"{row.Cell.Name}\"",
            ]).Append('\n');
        }
        return text.ToString();
    }

    private static string Legend(ExperimentTable table) =>
        "top-1 on the test images, read once after the last epoch: mean +- standard deviation (n - 1) over seeds, the best in brackets; parameters and "
        + "blocks after pruning; passes: training images seen, those that a search measures included; paper: its mean +- deviation at its own budget.\n"
        + (table.Comparisons.Count > 0 ? "points: mean +- standard deviation of the differences seed by seed; p: two-sided, of a paired t test.\n" : "")
        + (table.Rows.Any(row => row.Cell.Estimator == EstimatorKind.MagnitudeBlocks)
            ? "magnitude-blocks keeps K blocks of every module but the last: its parameters are fewer, not its fan-in.\n"
            : "")
        + (table.Rows.DistinctBy(row => (row.Cell, row.Recipe)).Count() < table.Rows.Count
            ? "rows that look alike: their first losses, in proof.json, differ, so that other code or another processor computed them, or their images do.\n"
            : "")
        + (table.Rows.Any(row => row.Cell.WiringOf is not null)
            ? "rewound: the learned wiring, trained from the initial weights under which it was learned; reinitialized: from those of another seed.\n"
            : "");

    private static string Title(ExperimentTable table) => $"{table.Experiment.Name}: {table.Experiment.Title}";

    private static TextTable Rows(ExperimentTable table)
    {
        var text = new TextTable(
            "network", "connectivity", "top-1 %", "paper %", "epochs", "images", "seeds", "blocks", "parameters", "M mult-adds",
            "M passes", "minutes");
        foreach (var row in table.Rows)
        {
            text.Add(
                row.Recipe.Network, Rule(row), Accuracy(row), row.Cell.Paper is { } paper ? Mean(paper.MeanPercent, paper.StdPercent ?? double.NaN) : "-",
                Epochs(row), Images(row), Whole(row.Runs.Count), row.LiveBlocks is { } live ? One(live) : "-",
                Whole(row.Parameters), One(row.MultiplyAdds / 1e6), Two(row.ImagePasses / 1e6), Whole(row.Minutes));
        }
        return text;
    }

    private static string Comparisons(ExperimentTable table, Func<TextTable, string> write)
    {
        if (table.Comparisons.Count == 0)
        {
            return "";
        }
        var text = new TextTable("network", "on the same seeds", "points", "p", "epochs", "images", "seeds", "t");
        foreach (var (learned, other, test) in table.Comparisons)
        {
            text.Add(
                learned.Recipe.Network, $"{Rule(learned)} - {Rule(other)}",
                Signed(test.Difference.Mean) + (double.IsNaN(test.Difference.Std) ? "" : $" +- {Two(test.Difference.Std)}"),
                double.IsNaN(test.P) ? "-" : test.P.ToString("0.000", CultureInfo.InvariantCulture), Whole(learned.Recipe.Training.Epochs), Images(learned),
                Whole(test.Difference.Count), double.IsNaN(test.T) ? "-" : Two(test.T));
        }
        return "\n" + write(text);
    }

    private static string Wirings(ExperimentTable table) => string.Concat(table.Wirings.Select(spread =>
        $"\n{spread.First.Recipe.Network}, K = {Whole(spread.First.FanIn)}, {Whole(spread.First.Recipe.Training.Epochs)} epochs: "
        + $"standard deviation between wirings {Two(spread.Parts.RowStd)} points, "
        + $"between seeds {Two(spread.Parts.ColumnStd)}, neither {Two(spread.Parts.ResidualStd)}; "
        + $"wirings all alike: p = {spread.Parts.P.ToString("0.000", CultureInfo.InvariantCulture)} (F test)\n"));

    /// <summary>The rule of a row: <c>Learned(4)</c>, <c>Learned(4), gumbel</c>, <c>Learned(4), rewound</c> or <c>Random(4), wiring 3</c>.</summary>
    public static string Rule(TableRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Cell.WiringOf is { } origin ? $"{RunGroups.Rule(origin.Cell.Recipe)}, {origin.Words}" : RunGroups.Rule(row.Recipe);
    }

    private static string Images(TableRow row) => $"{Whole(row.TrainImages)} at {Whole(row.ImageSize)}";

    private static string Epochs(TableRow row)
    {
        var (epochs, paper) = (row.Recipe.Training.Epochs, row.Cell.Recipe.Training.Epochs);
        return epochs == paper ? Whole(epochs) : $"{Whole(epochs)} of {Whole(paper)}";
    }

    private static string Accuracy(TableRow row)
    {
        var top1 = row.Top1Percent;
        return top1.Count == 1 ? Two(top1.Mean) : $"{Mean(top1.Mean, top1.Std)} ({Two(row.BestPercent)})";
    }

    private static string Mean(double mean, double std) => double.IsNaN(std) ? Two(mean) : $"{Two(mean)} +- {Two(std)}";

    private static string Number(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    private static string Whole(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string One(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Two(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);
}

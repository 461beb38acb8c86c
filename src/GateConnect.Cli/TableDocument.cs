// `experiment table --json`: a machine contract, members are only ever added.
using System.Text.Json;
using System.Text.Json.Nodes;
using GateConnect.Experiments.Tables;
using GateConnect.Training;

namespace GateConnect.Cli;

/// <summary>A table as a JSON document.</summary>
internal static class TableDocument
{
    /// <summary>The document.</summary>
    public static JsonObject Of(ExperimentTable table) => new()
    {
        ["experiment"] = table.Experiment.Name,
        ["cells"] = new JsonArray([.. table.Rows.Select(Cell)]),
        ["comparisons"] = new JsonArray([.. table.Comparisons.Select(Comparison)]),
        ["wirings"] = new JsonArray([.. table.Wirings.Select(Wirings)]),
    };

    private static JsonObject Cell(TableRow row) => new()
    {
        ["network"] = row.Recipe.Network,
        ["connectivity"] = JsonSerializer.SerializeToNode(row.Recipe.Connectivity),
        ["estimator"] = row.Cell.Estimator?.Text(),
        ["fanIn"] = row.FanIn,
        ["seeds"] = row.Runs.Count,
        ["meanPercent"] = row.Top1Percent.Mean,
        ["stdPercent"] = JsonText.Finite(row.Top1Percent.Std),
        ["bestPercent"] = row.BestPercent,
        ["epochs"] = row.Recipe.Training.Epochs,
        ["paperEpochs"] = row.Cell.Recipe.Training.Epochs,
        ["trainImages"] = row.TrainImages,
        ["imageSize"] = row.ImageSize,
        ["paperMeanPercent"] = row.Cell.Paper?.MeanPercent,
        ["paperStdPercent"] = row.Cell.Paper?.StdPercent,
        ["parametersBefore"] = row.ParametersBefore,
        ["parameters"] = row.Parameters,
        ["multiplyAdds"] = row.MultiplyAdds,
        ["liveBlocks"] = row.LiveBlocks,
        ["imagePasses"] = row.ImagePasses,
        ["minutes"] = row.Minutes,
        ["name"] = row.Cell.Name,
        ["runs"] = new JsonArray([.. row.Runs.Select(run => JsonValue.Create(run.Path))]),
    };

    private static JsonObject Comparison(TableComparison comparison) => new()
    {
        ["learned"] = comparison.Learned.Cell.Name,
        ["other"] = comparison.Other.Cell.Name,
        ["epochs"] = comparison.Learned.Recipe.Training.Epochs,
        ["meanPoints"] = comparison.Test.Difference.Mean,
        ["stdPoints"] = JsonText.Finite(comparison.Test.Difference.Std),
        ["seeds"] = comparison.Test.Difference.Count,
        ["t"] = JsonText.Finite(comparison.Test.T),
        ["p"] = JsonText.Finite(comparison.Test.P),
        ["trainImages"] = comparison.Learned.TrainImages,
        ["imageSize"] = comparison.Learned.ImageSize,
    };

    private static JsonObject Wirings(WiringSpread spread) => new()
    {
        ["network"] = spread.First.Recipe.Network,
        ["fanIn"] = spread.First.FanIn,
        ["epochs"] = spread.First.Recipe.Training.Epochs,
        ["trainImages"] = spread.First.TrainImages,
        ["imageSize"] = spread.First.ImageSize,
        ["stdBetweenWirings"] = spread.Parts.RowStd,
        ["stdBetweenSeeds"] = spread.Parts.ColumnStd,
        ["stdOfNeither"] = spread.Parts.ResidualStd,
        ["pAllAlike"] = JsonText.Finite(spread.Parts.P),
    };
}

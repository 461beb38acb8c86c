// Made-up tables: nothing but what tables read is set.
using GateConnect.Architecture;
using GateConnect.Experiments.Tables;
using GateConnect.Tests.Reporting;
using GateConnect.Training;

namespace GateConnect.Tests.Experiments.Tables;

internal static class TableSamples
{
    public static ExperimentTable Table(params TableRow[] rows) => new(new Experiment("made-up", "made up", []), rows);

    public static TableRow Row(ConnectivityRule rule, int epochs, params double[] top1) => Row(rule, epochs, EstimatorKind.Relaxed, top1);

    public static TableRow Row(ConnectivityRule rule, int epochs, EstimatorKind estimator, params double[] top1) =>
        Row(rule, epochs, new GateOptions { Estimator = estimator }, top1);

    public static TableRow Row(ConnectivityRule rule, int epochs, GateOptions gates, params double[] top1)
    {
        var recipe = new Recipe
        {
            Connectivity = rule.Kind,
            FanIn = rule.FanIn,
            WiringSeed = rule.WiringSeed,
            Training = new TrainingOptions { Epochs = epochs, Gates = gates },
        };
        var (sample, paper) = (Samples.Record(), recipe with { Training = recipe.Training with { Epochs = 300 } });
        return new TableRow(new ExperimentCell("cifar10", paper), recipe,
        [
            .. top1.Select((value, index) => new StoredRun("run", sample with
            {
                Recipe = recipe with { Seed = (ulong)index + 1 },
                Results = sample.Results! with { Test = sample.Results.Test with { Top1Percent = value } },
            }, new CodeProof([1]))),
        ]);
    }
}

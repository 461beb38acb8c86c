using GateConnect.Architecture;
using GateConnect.Experiments;
using GateConnect.Reporting;
using GateConnect.Reporting.Html;
using GateConnect.Runtime;
using GateConnect.Tests.Reporting;
using GateConnect.Tests.Testing;
using GateConnect.Training;

namespace GateConnect.Tests.Experiments;

public sealed class RunComparisonTests
{
    [Fact]
    public void Runs_that_differ_in_the_seed_alone_are_one_row()
    {
        using var temporary = new TemporaryFolder();
        RunFolder[] runs =
        [
            Write(temporary["a"], Samples.Recipe with { Seed = 1 }, 90), Write(temporary["b"], Samples.Recipe with { Seed = 2, Threads = 1 }, 92),
            Write(temporary["c"], Samples.Recipe with { Connectivity = ConnectivityKind.Random }, 91),
            Write(temporary["again"], Samples.Recipe with { Seed = 2 }, 50),
        ];
        var content = RunComparison.Content(runs);
        Assert.Equal(["Learned(2)", "Random(2)"], content.Groups.Select(group => group.Name));
        Assert.Equal((2, 92), (content.Groups[0].Runs, content.Groups[0].Figures.BestPercent));
        Assert.Equal("91.00 ± 1.41", content.Groups[0].Accuracy);
        Assert.Equal(1, content.Left);
        Assert.True(content.AreComparable);
        Assert.Equal((-1, 1), (content.Tests[0].Test.Difference.Mean, content.Tests[0].Test.Difference.Count)); // seed 1: 90 against 91
        Assert.Contains("91.00 ± 1.41", ComparisonPage.Write(content), StringComparison.Ordinal);
    }

    [Fact]
    public void What_tells_rows_of_one_rule_apart_stands_in_their_names_and_other_budgets_are_said()
    {
        using var temporary = new TemporaryFolder();
        var longer = Samples.Recipe with { Training = Samples.Recipe.Training with { Epochs = 12 } };
        var smaller = Samples.Recipe with { Data = Samples.Recipe.Data with { ImageSize = 16, TrainLimit = 500 } };
        var content = RunComparison.Content([Write(temporary["a"], Samples.Recipe, 90), Write(temporary["b"], longer, 92), Write(temporary["c"], smaller, 80)]);
        Assert.Equal(
            ["Learned(2)", "Learned(2), training.epochs 12", "Learned(2), images of 16 pixels, 500 images"],
            content.Groups.Select(group => group.Name));
        Assert.False(content.AreComparable);
        Assert.Contains("do not compare wirings alone", ComparisonPage.Write(content), StringComparison.Ordinal);
    }

    [Fact]
    public void Wirings_that_each_seed_has_of_its_own_are_one_row_and_one_wiring_under_several_seeds_is_another()
    {
        using var temporary = new TemporaryFolder();
        Recipe Given(ulong seed, ulong wiring) => Samples.Recipe with
        {
            Connectivity = ConnectivityKind.Given,
            Seed = seed,
            Wiring = ConnectivityJson.Write(Samples.Wiring(seed: wiring)),
        };
        var content = RunComparison.Content(
        [
            Write(temporary["r1"], Samples.Recipe with { Connectivity = ConnectivityKind.Random, Seed = 1 }, 91),
            Write(temporary["r2"], Samples.Recipe with { Connectivity = ConnectivityKind.Random, Seed = 2 }, 92),
            Write(temporary["g1"], Given(1, 11), 93), Write(temporary["g2"], Given(2, 12), 95),
        ]);
        Assert.Equal(["Random(2)", "Given(2), one per seed"], content.Groups.Select(group => group.Name));
        Assert.Equal((2.5, 2), (content.Tests.Single().Test.Difference.Mean, content.Tests.Single().Test.Difference.Count));
        content = RunComparison.Content(
        [
            Write(temporary["a1"], Given(1, 11), 91), Write(temporary["a2"], Given(2, 11), 92),
            Write(temporary["b1"], Given(1, 12), 93), Write(temporary["c1"], Given(1, 13), 94),
        ]);
        Assert.Equal(["Given(2)", "Given(2), other wiring", "Given(2), other wiring 2"], content.Groups.Select(group => group.Name));
        Assert.Equal(2, content.Groups[0].Runs);
    }

    [Fact]
    public void Every_learned_row_is_tested_against_what_compares_with_it_and_nothing_else()
    {
        using var temporary = new TemporaryFolder();
        var longer = Samples.Recipe with { Training = Samples.Recipe.Training with { Epochs = 12 } };
        var gradual = Samples.Recipe with { Training = Samples.Recipe.Training with { Gates = new GateOptions { Estimator = EstimatorKind.Gradual } } };
        var content = RunComparison.Content(
        [
            Write(temporary["learned"], Samples.Recipe, 90), Write(temporary["gradual"], gradual, 91),
            Write(temporary["full"], Samples.Recipe with { Connectivity = ConnectivityKind.Full, FanIn = null }, 92),
            Write(temporary["random3"], Samples.Recipe with { Connectivity = ConnectivityKind.Random, FanIn = 3 }, 93),
            Write(temporary["longer"], longer with { Connectivity = ConnectivityKind.Random }, 94),
        ]);
        Assert.Equal(["Learned(2) − Full", "Learned(2), gradual − Learned(2)", "Learned(2), gradual − Full"], content.Tests.Select(test => test.Name));
        Assert.Contains("5 runs in 5 rows.", ComparisonPage.Write(content), StringComparison.Ordinal);
    }

    [Fact]
    public void The_luckiest_of_few_seeds_is_not_called_the_highest_mean()
    {
        using var temporary = new TemporaryFolder();
        var random = Samples.Recipe with { Connectivity = ConnectivityKind.Random };
        var content = RunComparison.Content(
        [
            Write(temporary["a"], Samples.Recipe with { Seed = 1 }, 90), Write(temporary["b"], Samples.Recipe with { Seed = 2 }, 92),
            Write(temporary["c"], random with { Seed = 1 }, 90), Write(temporary["d"], random with { Seed = 2 }, 91),
            Write(temporary["e"], Samples.Recipe with { Connectivity = ConnectivityKind.FullBranches, FanIn = null, Seed = 1 }, 99),
        ]);
        Assert.Contains("Highest mean top-1 among the rows with 2 seeds: Learned(2), 91.00", ComparisonPage.Write(content), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_that_chooses_at_the_end_agrees_with_nobody_before()
    {
        var small = SampleReports.Small();
        var training = small.Record.Recipe.Training with { Gates = new GateOptions { Estimator = EstimatorKind.Evolution } };
        var record = small.Record with { Recipe = small.Record.Recipe with { Training = training } };
        var agreement = WiringAgreement.Of(new("one", 0, small), new("other", 0, small with { Record = record }))!;
        Assert.Equal([4, 5, 6], agreement.ByEpoch.Select(point => point.Epoch));
    }

    [Fact]
    public void A_run_lies_beside_others_of_its_folder_that_differ_in_wiring_and_seed_alone()
    {
        using var temporary = new TemporaryFolder();
        var own = Write(temporary["own"], Samples.Recipe, 90);
        Write(temporary["random"], Samples.Recipe with { Connectivity = ConnectivityKind.Random, Seed = 4 }, 91);
        Write(temporary["other"], Samples.Recipe with { Network = "11,4,8" }, 99, "11,4,8");
        Write(temporary["longer"], Samples.Recipe with { Training = Samples.Recipe.Training with { Epochs = 12 } }, 99);
        temporary.Write("damaged/run.json", "{"u8.ToArray());
        RunPages.Write(own);
        var page = File.ReadAllText(own.ReportPath);
        Assert.Contains("<tr class=\"own\"><td class=\"t\">Learned(2)</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"t\">Random(2)</td>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("99.00", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_baseline_that_was_named_and_does_not_fit_is_said()
    {
        using var temporary = new TemporaryFolder();
        var own = Write(temporary["own", "run"], Samples.Recipe, 90);
        var fitting = Write(temporary["random"], Samples.Recipe with { Connectivity = ConnectivityKind.Random }, 91);
        var other = Write(temporary["other"], Samples.Recipe, 99, "11,4,8");
        var notes = new List<string>();
        var request = new ReportRequest { Thumbnails = ThumbnailPolicy.None, Baselines = [fitting, other] };
        RunReport.Write(own, request, new RunEvents { Note = notes.Add }, TestContext.Current.CancellationToken);
        Assert.StartsWith(other.Path + ": not set beside", Assert.Single(notes), StringComparison.Ordinal);
        Assert.Contains("Random(2)", File.ReadAllText(own.ReportPath), StringComparison.Ordinal);
    }

    [Fact]
    public void Wirings_drawn_at_random_agree_as_often_as_chance_says()
    {
        using var temporary = new TemporaryFolder();
        var record = Samples.Record();
        var runs = Enumerable.Range(0, 60).Select(index =>
        {
            var wiring = Connectivity.Random(Samples.Blueprint, 2, new SeededRandom((ulong)index + 100));
            var diary = GateDiary.Start(Samples.Blueprint, ConnectivityRule.Random(2)) with { Final = wiring };
            return new ComparedRun("a run", 0, new ReportContent { Record = record, Blueprint = Samples.Blueprint, Diary = diary });
        }).ToArray();
        var pairs = runs.Chunk(2).Select(pair => WiringAgreement.Of(pair[0], pair[1])!).ToArray();
        var (chance, deviation) = pairs[0].Chance;
        Assert.Equal(0.25, chance);
        Assert.InRange(pairs.Average(pair => pair.Share), chance - (4 * deviation / Math.Sqrt(30)), chance + (4 * deviation / Math.Sqrt(30)));
        Assert.Equal(1, WiringAgreement.Of(runs[0], runs[0])!.Share);
        Assert.True(pairs[0].SameWeights);
    }

    [Fact]
    public void Open_wirings_and_wirings_of_other_networks_are_not_compared()
    {
        var small = SampleReports.Small();
        var open = small with { Diary = small.Diary! with { Final = Connectivity.Full(small.Blueprint) } };
        Assert.Null(WiringAgreement.Of(Run(open), Run(open)));
        Assert.Null(WiringAgreement.Of(Run(small), Run(SampleReports.Large(new NetworkSize(11, 4, 8), 3))));
        Assert.Equal([1, 2, 3, 4, 5, 6], WiringAgreement.Of(Run(small), Run(small))!.ByEpoch.Select(point => point.Epoch));

        static ComparedRun Run(ReportContent content) => new("a run", 0, content);
    }

    [Fact]
    public void A_run_named_twice_or_not_complete_is_refused()
    {
        using var temporary = new TemporaryFolder();
        var run = Write(temporary["a"], Samples.Recipe, 90);
        Assert.Throws<ConfigurationException>(() => RunComparison.Write([run, RunFolder.Open(temporary["a"] + "/")], temporary["page.html"]));
        var open = RunFolder.Create(temporary["open"]);
        Samples.Record(RunStatus.Interrupted).Write(open.RecordPath);
        var refusal = Assert.Throws<DataException>(() => RunComparison.Write([run, open], temporary["page.html"]));
        Assert.Contains("train --resume", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(temporary["page.html"]));
    }

    private static RunFolder Write(string path, Recipe recipe, double percent, string network = "20,4,8")
    {
        var (folder, record) = (RunFolder.Create(path), Samples.Record());
        var test = record.Results!.Test with { Top1Percent = percent };
        (record with { Recipe = recipe with { Network = network }, Results = record.Results! with { Test = test } }).Write(folder.RecordPath);
        return folder;
    }
}

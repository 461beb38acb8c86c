// Tables that are really run, on made-up images: what is finished is left alone, what was interrupted goes on to the same
// numbers, and no row mixes what does not belong together.
using GateConnect.Architecture;
using GateConnect.Experiments;
using GateConnect.Experiments.Tables;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Training;

namespace GateConnect.Tests.Experiments.Tables;

public sealed class ExperimentRunnerTests
{
    private static readonly Budget Tiny = new(0.5) { TrainLimit = 48 };

    private static readonly Experiment Shapes = new("shapes", "made up", [Cell(ConnectivityRule.Random(2)), Cell(ConnectivityRule.Learned(2))]);

    private static readonly Lazy<TemporaryFolder> Undisturbed = new(() =>
    {
        var folder = new TemporaryFolder();
        Assert.Equal(new PlanOutcome(4, 0), Run(folder, new ExperimentPlan(Shapes.Cells, [Tiny], Seeds: 2)));
        return folder;
    });

    [Fact]
    public void A_table_has_a_row_for_every_cell_and_a_paired_test()
    {
        var table = ExperimentTable.Of(Shapes, Store(Undisturbed.Value));
        Assert.Equal(["Random(2)", "Learned(2)"], table.Rows.Select(TableText.Rule));
        Assert.All(table.Rows, row =>
        {
            double[] top1 = [.. row.Runs.Select(run => run.Record.Results!.Test.Top1Percent)];
            Assert.Equal(Spread.Of(top1), row.Top1Percent);
            Assert.Equal([1UL, 2UL], row.Runs.Select(run => run.Record.Recipe.Seed));
            Assert.Equal(48 * 2, row.ImagePasses);
        });
        var comparison = Assert.Single(table.Comparisons);
        Assert.Equal(table.Rows[1].Top1Percent.Mean - table.Rows[0].Top1Percent.Mean, comparison.Test.Difference.Mean, 9);
    }

    [Fact]
    public void A_search_pays_for_the_images_that_it_measures_and_whole_blocks_for_fewer_parameters()
    {
        using var folder = new TemporaryFolder();
        var experiment = new Experiment("shapes", "rivals", [Rival(EstimatorKind.RandomSearch), Rival(EstimatorKind.MagnitudeBlocks)]);
        Assert.Equal(new PlanOutcome(2, 0), Run(folder, new ExperimentPlan(experiment.Cells, [Tiny], Seeds: 1)));
        var table = ExperimentTable.Of(experiment, Store(folder));
        Assert.Equal(["Learned(2), random-search", "Learned(2), magnitude-blocks"], table.Rows.Select(TableText.Rule));
        Assert.Equal([(48 * 2) + (32 * 2), 48 * 2], table.Rows.Select(row => row.ImagePasses)); // 32 candidates on 0.05 of 48 images
        Assert.Equal(8, table.Rows[1].LiveBlocks);
        Assert.True(table.Rows[1].Parameters < table.Rows[1].ParametersBefore);
        Assert.Contains("magnitude-blocks keeps K blocks", TableText.Plain(table), StringComparison.Ordinal);

        static ExperimentCell Rival(EstimatorKind kind)
        {
            var cell = Cell(ConnectivityRule.Learned(2));
            return cell with { Recipe = cell.Recipe with { Training = cell.Recipe.Training with { Gates = new GateOptions { Estimator = kind } } } };
        }
    }

    [Fact]
    public void A_wiring_that_is_wanted_is_learned_first_and_trained_anew_under_the_weights_asked_for()
    {
        using var folder = new TemporaryFolder();
        var (learned, given) = (Cell(ConnectivityRule.Learned(2)), Cell(ConnectivityRule.Random(2)));
        given = given with { Recipe = given.Recipe with { Connectivity = ConnectivityKind.Given } };
        var rewound = given with { WiringOf = new WiringOrigin(learned, InitialWeights.Rewound) };
        var reinitialized = given with { WiringOf = new WiringOrigin(learned, InitialWeights.Reinitialized) };
        var begun = new List<string>();
        var plan = new ExperimentPlan([rewound, reinitialized], [Tiny], Seeds: 2);
        Assert.Equal(new PlanOutcome(4, 0), Run(folder, plan, onRun: run => begun.Add(run.Name)));
        string[] expected =
        [
            "learned-2:1", "learned-2-rewound:1", "learned-2:2", "learned-2-reinitialized:1", "learned-2-rewound:2", "learned-2:3", "learned-2-reinitialized:2",
        ];
        Assert.Equal(expected, begun.Select(name =>
            name.Replace("11,2,4-", "", StringComparison.Ordinal).Replace("-8px-48img-2ep-seed", ":", StringComparison.Ordinal)));

        var table = ExperimentTable.Of(new Experiment("shapes", "made up", [learned, rewound, reinitialized]), Store(folder));
        Assert.Equal(["Learned(2)", "Learned(2), rewound", "Learned(2), reinitialized"], table.Rows.Select(TableText.Rule));
        Assert.Equal([3, 2, 2], table.Rows.Select(row => row.Runs.Count));
        Assert.Equal([Final(table.Rows[0].Runs[0]), Final(table.Rows[0].Runs[1])], table.Rows[1].Runs.Select(Final));
        Assert.Equal([Final(table.Rows[0].Runs[1]), Final(table.Rows[0].Runs[2])], table.Rows[2].Runs.Select(Final));
        Assert.Contains(table.Comparisons, pair => pair.Learned == table.Rows[1] && pair.Other == table.Rows[0] && pair.Test.Difference.Count == 2);
        Assert.Equal(3, table.Comparisons.Count); // of two learned rows the later against the earlier
        Assert.Contains("rewound: the learned wiring", TableText.Plain(table), StringComparison.Ordinal);
        Assert.Equal(new PlanOutcome(4, 0), Run(folder, plan, onRun: run => Assert.Fail(run.Name)));

        static string Final(StoredRun run) => ConnectivityJson.Write(WiringFile.Read(run.Path));
    }

    [Fact]
    public void Finished_runs_are_left_alone()
    {
        var folder = Copy(Undisturbed.Value);
        var begun = new List<string>();
        var outcome = Run(folder, new ExperimentPlan(Shapes.Cells, [Tiny], Seeds: 2), onRun: run => begun.Add(run.Name));
        Assert.Equal(new PlanOutcome(4, 0), outcome);
        Assert.Empty(begun);
    }

    [Fact]
    public void Interrupted_in_the_middle_of_a_run_the_same_command_ends_in_the_same_numbers()
    {
        using var folder = new TemporaryFolder();
        var plan = new ExperimentPlan(Shapes.Cells, [Tiny], Seeds: 2);
        for (var (stops, outcome) = (0, default(PlanOutcome)); outcome is not { Open: 0 }; stops++)
        {
            using var cancel = new CancellationTokenSource();
            var steps = 0;
            outcome = Run(folder, plan, stop: cancel, onStep: () =>
            {
                if (++steps == 4)
                {
                    cancel.Cancel();
                }
            });
            Assert.True(stops < 20);
        }
        Assert.Equal(Numbers(Undisturbed.Value), Numbers(folder));
    }

    [Fact]
    public void An_interrupted_run_goes_on_with_another_number_of_threads()
    {
        using var folder = new TemporaryFolder();
        using var cancel = new CancellationTokenSource();
        var plan = new ExperimentPlan([Shapes.Cells[0]], [Tiny], Seeds: 1);
        Assert.Equal(new PlanOutcome(0, 1), Run(folder, plan, stop: cancel, onStep: cancel.Cancel));
        var begun = RunFolder.Open(Runner(folder).WorkPathOf(plan.Runs.Single())).RecordPath;
        var record = RunRecord.Read(begun);
        (record with { Recipe = record.Recipe with { Threads = 7 } }).Write(begun);
        Assert.Equal(new PlanOutcome(1, 0), Run(folder, plan));
    }

    [Fact]
    public void A_run_that_another_process_holds_is_passed_over()
    {
        using var folder = new TemporaryFolder();
        var plan = new ExperimentPlan(Shapes.Cells, [Tiny], Seeds: 1);
        var held = Runner(folder).WorkPathOf(plan.Runs.First());
        using (RunFolder.Create(held).Lock())
        {
            var notes = new List<string>();
            Assert.Equal(new PlanOutcome(1, 1), Run(folder, plan, onNote: notes.Add));
            Assert.Contains(notes, note => note.Contains("passed over", StringComparison.Ordinal));
        }
        Assert.Equal(new PlanOutcome(2, 0), Run(folder, plan));
    }

    [Fact]
    public void A_result_of_code_that_computes_something_else_stands_in_a_row_of_its_own()
    {
        using var folder = Copy(Undisturbed.Value);
        var other = Store(folder).All("shapes")[0];
        new CodeProof([.. other.Proof.Losses.Select(loss => loss * 1.01)]).Write(Path.Combine(other.Path, "proof.json"));
        var table = ExperimentTable.Of(Shapes, Store(folder));
        Assert.Equal(3, table.Rows.Count);
        Assert.Equal([1, 1, 2], table.Rows.Select(row => row.Runs.Count).Order());
    }

    [Fact]
    public void A_result_of_another_recipe_is_in_no_row_and_not_run_over()
    {
        using var folder = Copy(Undisturbed.Value);
        var other = Store(folder).All("shapes")[0];
        var recipe = other.Record.Recipe;
        (other.Record with { Recipe = recipe with { Training = recipe.Training with { LearningRate = 0.2 } } }).Write(Path.Combine(other.Path, "run.json"));
        Assert.Equal(3, ExperimentTable.Of(Shapes, Store(folder)).Rows.Sum(row => row.Runs.Count));
        var failure = Assert.Throws<ConfigurationException>(() => Run(folder, new ExperimentPlan(Shapes.Cells, [Tiny], Seeds: 2)));
        Assert.Contains(failure.Mistakes, mistake => mistake.Contains("training.learningRate: 0.2 in the run, 0.1 asked for", StringComparison.Ordinal));
    }

    [Fact]
    public void An_option_that_the_rule_does_not_read_makes_no_other_result()
    {
        using var folder = Copy(Undisturbed.Value);
        foreach (var run in Store(folder).All("shapes"))
        {
            var training = run.Record.Recipe.Training;
            var gates = training.Gates with { DrawStep = 0.5, Candidates = 7, ClosingStart = 0.4 };
            (run.Record with { Recipe = run.Record.Recipe with { Training = training with { Gates = gates } } }).Write(Path.Combine(run.Path, "run.json"));
        }
        Assert.Equal(new PlanOutcome(4, 0), Run(folder, new ExperimentPlan(Shapes.Cells, [Tiny], Seeds: 2)));
        Assert.Equal([2, 2], ExperimentTable.Of(Shapes, Store(folder)).Rows.Select(row => row.Runs.Count));
    }

    [Fact]
    public void A_result_that_was_copied_counts_once_and_what_is_hidden_or_half_copied_is_none()
    {
        using var folder = Copy(Undisturbed.Value);
        var first = Store(folder).All("shapes")[0].Path;
        foreach (var file in Directory.GetFiles(first))
        {
            var copy = Path.Combine(folder["results"], "shapes", "zz-copy", Path.GetFileName(file));
            folder.Write(Path.GetRelativePath(folder.Path, copy), File.ReadAllBytes(file));
        }
        Directory.CreateDirectory(Path.Combine(folder["results"], "shapes", ".hidden"));
        Directory.CreateDirectory(Path.Combine(folder["results"], "shapes", "another.part"));
        var table = ExperimentTable.Of(Shapes, Store(folder));
        Assert.Equal([2, 2], table.Rows.Select(row => row.Runs.Count));
        Assert.EndsWith("zz-copy", Assert.Single(table.Rows.SelectMany(row => row.Repeated)).Path, StringComparison.Ordinal);
        Assert.Equal(ExperimentTable.Of(Shapes, Store(Undisturbed.Value)).Comparisons[0].Test, table.Comparisons[0].Test);
    }

    [Fact]
    public void Results_that_cannot_be_written_are_refused_before_anything_is_trained()
    {
        using var folder = new TemporaryFolder();
        folder.Write("results", "a file"u8.ToArray());
        var plan = new ExperimentPlan(Shapes.Cells, [Tiny], Seeds: 1);
        Assert.Throws<OutputException>(() => Run(folder, plan, onStep: () => Assert.Fail("trained")));
        Assert.False(Directory.Exists(folder["work"]));
    }

    [Theory]
    [InlineData("run.json", null, "holds no run.json")]
    [InlineData("run.json", "{", "no JSON")]
    [InlineData("run.json", "{\"formatVersion\": 0}", "another version")]
    [InlineData("run.json", "{\"formatVersion\": 0}", "delete the folder, and 'experiment run' makes it again")]
    [InlineData("proof.json", null, "cannot be read")]
    [InlineData("proof.json", "{\"formatVersion\": 9, \"losses\": []}", "another version")]
    [InlineData("proof.json", "{\"formatVersion\": 1, \"losses\": [\"x\"]}", "no proof")]
    [InlineData("proof.json", "[", "no proof")]
    public void A_result_cut_short_is_named(string name, string? text, string expected)
    {
        using var folder = Copy(Undisturbed.Value);
        var file = Path.Combine(Store(folder).All("shapes")[0].Path, name);
        File.Delete(file);
        if (text is not null)
        {
            File.WriteAllText(file, text);
        }
        var failure = Assert.Throws<DataException>(() => ExperimentTable.Of(Shapes, Store(folder)));
        Assert.Contains(Path.GetFileName(Path.GetDirectoryName(file))!, failure.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_losses_are_those_of_the_recipe_and_tell_rules_apart()
    {
        var (random, learned) = (Shapes.Cells[0].Recipe, Shapes.Cells[1].Recipe);
        Assert.True(CodeProof.Of(learned).Agrees(CodeProof.Of(learned)));
        Assert.False(CodeProof.Of(learned).Agrees(CodeProof.Of(random)));
        Assert.False(CodeProof.Of(learned).Agrees(CodeProof.Of(learned with { Training = learned.Training with { Momentum = 0 } })));
    }

    [Fact]
    public void An_experiment_with_budgets_of_its_own_shows_those_alone()
    {
        var store = Store(Undisturbed.Value);
        Assert.Equal(2, ExperimentTable.Of(Shapes with { Budgets = [Tiny] }, store).Rows.Count);
        Assert.Empty(ExperimentTable.Of(Shapes with { Budgets = [Tiny with { Share = 1 }] }, store).Rows);
    }

    [Fact]
    public void Where_the_images_lay_is_not_told()
    {
        using var folder = new TemporaryFolder();
        Run(folder, new ExperimentPlan([Shapes.Cells[0]], [Tiny], Seeds: 1), dataPath: folder.Path);
        Assert.All(Directory.GetFiles(folder["results"], "*.json", SearchOption.AllDirectories), file =>
            Assert.DoesNotContain(folder.Path, File.ReadAllText(file), StringComparison.Ordinal));
    }

    private static ExperimentCell Cell(ConnectivityRule rule) => new("shapes", new Recipe
    {
        Data = new DataRecipe { Dataset = "shapes", ImageSize = 8 },
        Network = "11,2,4",
        Connectivity = rule.Kind,
        FanIn = rule.FanIn,
        Training = new TrainingOptions { Epochs = 4, BatchSize = 16 },
        Threads = 1,
    });

    private static ResultStore Store(TemporaryFolder folder) => new(folder["results"]);

    private static ExperimentRunner Runner(TemporaryFolder folder) => new(Store(folder), folder["work"]);

    private static PlanOutcome Run(
        TemporaryFolder folder, ExperimentPlan plan, string? dataPath = null, CancellationTokenSource? stop = null, Action? onStep = null,
        Action<CellRun>? onRun = null, Action<string>? onNote = null) =>
        new ExperimentRunner(Store(folder), folder["work"]) { OnRun = onRun }
            .Run(plan, dataPath, threads: 1, new RunEvents { Step = _ => onStep?.Invoke(), Note = onNote }, stop?.Token ?? CancellationToken.None);

    private static TemporaryFolder Copy(TemporaryFolder from)
    {
        var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(from["results"], "*", SearchOption.AllDirectories))
        {
            folder.Write(Path.GetRelativePath(from.Path, file), File.ReadAllBytes(file));
        }
        return folder;
    }

    // Everything that two equal runs have in common, and the numbers of run.json.
    private static IEnumerable<string> Numbers(TemporaryFolder folder) => Store(folder).All("shapes").SelectMany(run => (string[])
    [
        Path.GetFileName(run.Path),
        File.ReadAllText(Path.Combine(run.Path, "metrics.jsonl")),
        File.ReadAllText(Path.Combine(run.Path, "connectivity.json")),
        string.Join(' ', run.Record.Results!.Test.PerClassPercent),
        $"{run.Record.Results.Test.Loss} {run.Record.Results.After}",
    ]);
}

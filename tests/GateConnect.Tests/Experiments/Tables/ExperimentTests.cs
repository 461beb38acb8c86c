// The lists of cells against the paper, budgets, and names that tell apart what differs.
using GateConnect.Architecture;
using GateConnect.Experiments;
using GateConnect.Experiments.Tables;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Tests.Experiments.Tables;

public sealed class ExperimentTests
{
    public static TheoryData<string> Names => [.. Experiment.All.Select(experiment => experiment.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_recipe_is_valid_at_any_budget(string name) => Assert.All(Experiment.Named(name).Cells, cell =>
    {
        Assert.Equal([], RecipeRules.Mistakes(Wired(cell.Run(new Budget(), 1)).Recipe));
        Assert.Equal([], RecipeRules.Mistakes(Wired(cell.Run(new Budget(0.0001) { TrainLimit = 100, ImageSize = 16 }, 3)).Recipe));
    });

    [Fact]
    public void A_learned_wiring_is_trained_anew_from_its_own_initial_weights_and_from_others()
    {
        var budget = new Budget(0.1);
        var (learned, rewound, reinitialized) = Experiment.Named("cifar10-fresh").Cells.ToArray() is [_, var one, var two, var three, ..]
            ? (one, two, three)
            : default;
        Assert.Equal(
            ["20,4,8-learned-4-gradual", "20,4,8-learned-4-gradual-rewound", "20,4,8-learned-4-gradual-reinitialized"],
            [learned.Name, rewound.Name, reinitialized.Name]);
        Assert.Equal(learned.Run(budget, 3), rewound.Run(budget, 3).WiringOf);
        Assert.Equal(learned.Run(budget, 4), reinitialized.Run(budget, 3).WiringOf);
        Assert.Equal(rewound.Run(budget, 3).Recipe, reinitialized.Run(budget, 3).Recipe);
        Assert.Equal(3UL, reinitialized.Run(budget, 3).Recipe.Seed);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_two_runs_share_a_name(string name)
    {
        Budget[] budgets = [new(), new(0.5), new(0.5) { ImageSize = 16 }, new(0.5) { TrainLimit = 5000 }, new(0.5) { TrainLimit = 500, ImageSize = 16 }];
        var names = new ExperimentPlan(Experiment.Named(name).Cells, budgets, Seeds: 2).Runs.Select(run => run.Name).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_budget_scales_the_epochs_and_nothing_else(string name) => Assert.All(Experiment.Named(name).Cells, cell =>
    {
        var run = cell.Run(new Budget(0.1), 7).Recipe;
        Assert.Equal(cell.Recipe.Training.Epochs / 10, run.Training.Epochs);
        Assert.Equal(cell.Recipe with { Seed = 7 }, run with { Training = run.Training with { Epochs = cell.Recipe.Training.Epochs } });
    });

    [Fact]
    public void The_tables_are_the_papers()
    {
        (string Table, string Network, int FanIn, double Full, double Learned)[] paper =
        [
            ("cifar10", "20,4,8", 4, 91.13, 92.76), ("cifar10", "29,8,8", 4, 93.14, 94.96), ("cifar10", "29,64,8", 4, 96.23, 96.73),
            ("imagenet", "50,4,32", 16, 77.8, 79.1), ("imagenet", "101,4,32", 16, 78.8, 79.5), ("imagenet", "101,4,64", 32, 79.6, 79.8),
        ];
        Assert.All(paper, row =>
        {
            var cells = Experiment.Named(row.Table).Cells.Where(cell => cell.Recipe.Network == row.Network).ToList();
            Assert.Equal(["Full", "FullBranches", $"Random({row.FanIn})", $"Learned({row.FanIn})"], cells.Select(cell => cell.Recipe.Rule.ToString()));
            Assert.Equal([row.Full, null, null, row.Learned], cells.Select(cell => cell.Paper?.MeanPercent));
        });
        Assert.Equal(Enumerable.Range(1, 8), Experiment.Named("cifar10-fan-in").Cells.Select(cell => cell.Recipe.Rule.FanInOf(8)).Distinct());
        Assert.Equal(Enum.GetValues<EstimatorKind>(), Experiment.Named("cifar10-rivals").Cells
            .Where(cell => cell.Recipe.Connectivity == ConnectivityKind.Learned).Select(cell => cell.Recipe.Training.Gates.Estimator).Order());
    }

    [Fact]
    public void The_paper_has_no_figure_of_its_rivals() => Assert.All(Experiment.Named("cifar10-rivals").Cells, cell => Assert.Equal(
        cell.Recipe.Connectivity is ConnectivityKind.Full || cell.Estimator is EstimatorKind.Paper or EstimatorKind.Relaxed or EstimatorKind.Gradual,
        cell.Paper is not null));

    [Fact]
    public void Series_of_budgets_double() => Assert.All(Experiment.All.Where(experiment => experiment.Budgets is not null), experiment =>
    {
        int[] epochs = [.. experiment.Budgets!.Select(budget => budget.Apply(experiment.Cells[0].Recipe).Training.Epochs)];
        Assert.All(epochs.Zip(epochs.Skip(1)), pair => Assert.Equal(2 * pair.First, pair.Second));
    });

    [Fact]
    public void The_paper_learned_with_half_the_fan_in_only() =>
        Assert.All(Experiment.Named("cifar10-fan-in").Cells, cell => Assert.Equal(cell.Recipe.Rule == ConnectivityRule.Learned(4), cell.Paper is not null));

    [Theory]
    [InlineData("0.05", 15)]
    [InlineData("5%", 15)]
    [InlineData("4/300", 4)]
    [InlineData("1", 300)]
    [InlineData("0.00001", 1)]
    [InlineData("2", 600)]
    public void A_budget_is_read_as_share_percentage_or_fraction(string text, int epochs) =>
        Assert.Equal(epochs, Budget.Parse(text).Apply(Experiment.All[0].Cells[0].Recipe).Training.Epochs);

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1/0")]
    [InlineData("0/3")]
    [InlineData("1/2/3")]
    [InlineData("101")]
    [InlineData("1e3")]
    [InlineData("half")]
    [InlineData("NaN")]
    public void Other_budgets_are_refused_by_name(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<ConfigurationException>(() => Budget.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Nothing_is_called_what_no_experiment_is_called() =>
        Assert.Contains("cifar10-rivals", Assert.Throws<ConfigurationException>(() => Experiment.Named("cifar")).Message, StringComparison.Ordinal);

    // Under any wiring, where another run's is wanted.
    private static CellRun Wired(CellRun run) => run.WiringOf is null
        ? run
        : run.Under(Connectivity.Random(
            NetworkBlueprint.Create(NetworkSize.Parse(run.Recipe.Network), new(3, 32, 32), 10),
            run.Recipe.Rule.FanIn!.Value,
            new Seeds(1).Generator(Seeds.Gates)));
}

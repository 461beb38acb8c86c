using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Experiments;
using GateConnect.Model;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Tests.Experiments;

public sealed class RecipeTests
{
    [Fact]
    public void Every_default_recipe_is_valid_and_equal_to_itself()
    {
        Assert.All(Enum.GetValues<DatasetKind>(), kind =>
        {
            var recipe = DefaultRecipes.For(kind);
            Assert.Empty(RecipeRules.Mistakes(recipe));
            Assert.Empty(RecipeDifference.Between(recipe, recipe, []));
        });
    }

    [Fact]
    public void The_default_job_has_six_modules_of_eight_blocks_that_read_half()
    {
        var recipe = DefaultRecipes.For(DatasetKind.FashionMnist);
        var size = NetworkSize.Parse(recipe.Network);
        Assert.True(size.ModulesPerStage!.Sum() >= 6 && size.Cardinality >= 8);
        Assert.Equal(ConnectivityRule.Learned(size.Cardinality / 2), recipe.Rule);
    }

    [Fact]
    public void Mistakes_of_every_part_come_together()
    {
        var recipe = new Recipe
        {
            Network = "20,4,8",
            FanIn = 9,
            Threads = 0,
            Data = new DataRecipe { Dataset = "x", ImageSize = 1, TestFraction = 1, TrainLimit = 0, Holdout = 1, Augmentation = "y" },
            Training = new TrainingOptions { Epochs = 0 },
        };
        string[] paths =
        [
            "data.dataset", "fanIn", "data.imageSize", "data.testFraction", "data.trainLimit",
            "data.holdout", "data.augmentation", "threads", "training.epochs",
        ];
        Assert.Equal(paths, RecipeRules.Mistakes(recipe).Select(mistake => mistake.Split(':')[0]));
        Assert.Equal(paths.Length, Assert.Throws<ConfigurationException>(() => RecipeRules.Require(recipe)).Mistakes.Count);
    }

    [Fact]
    public void An_affine_per_branch_is_refused_where_there_are_no_branches()
    {
        var recipe = new Recipe { Connectivity = ConnectivityKind.Full, LastNormAffine = LastNormAffine.PerBranch };
        Assert.StartsWith("lastNormAffine: ", Assert.Single(RecipeRules.Mistakes(recipe)), StringComparison.Ordinal);
        Assert.Empty(RecipeRules.Mistakes(recipe with { Connectivity = ConnectivityKind.FullBranches }));
    }

    [Fact]
    public void A_difference_names_path_and_both_values_and_ignores_where_the_data_lie()
    {
        var run = new Recipe();
        var training = run.Training with { Gates = run.Training.Gates with { Step = 0.5 } };
        var asked = run with { FanIn = 3, Data = run.Data with { Path = "/elsewhere" }, Training = training };
        Assert.Equal(
            ["fanIn: nothing in the run, 3 asked for", "training.gates.step: 0.03 in the run, 0.5 asked for"],
            RecipeDifference.Between(run, asked, []));
    }

    [Fact]
    public void The_batch_named_by_a_memory_refusal_fits()
    {
        var blueprint = NetworkBlueprint.Create(new NetworkSize(20, 4, 8), new ImageShape(3, 32, 32), 10);
        var forecast = MemoryForecast.Of(blueprint, NetworkForm.Branches, datasetBytes: 1000);
        var available = forecast.BytesAt(new StepSize(100, 1)) + 1;
        forecast.Require(new StepSize(100, 1), available);
        var refusal = Assert.Throws<ConfigurationException>(() => forecast.Require(new StepSize(101, 1), available)).Message;
        Assert.Contains("use --batch-size 100 or less, or --set training.accumulate=2, which", refusal, StringComparison.Ordinal);
        forecast.Require(new StepSize(101, 2), available);
        Assert.Contains(
            "no batch size fits",
            Assert.Throws<ConfigurationException>(() => forecast.Require(new StepSize(2, 1), 1)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, 4, 8, 32)]
    [InlineData(50, 4, 32, 224)]
    [InlineData(29, 64, 8, 32)]
    public void Activations_are_made_again_only_where_they_do_not_fit(int depth, int width, int cardinality, int side)
    {
        var blueprint = NetworkBlueprint.Create(new NetworkSize(depth, width, cardinality), new ImageShape(3, side, side), 10);
        var step = new StepSize(64, 4);
        foreach (var form in Enum.GetValues<NetworkForm>())
        {
            var kept = MemoryForecast.Of(blueprint, form, 0).BytesAt(step);
            var remade = MemoryForecast.Of(blueprint, form, 0, ActivationPolicy.Recompute).BytesAt(step);
            Assert.InRange(remade, 1, kept - 1);
            Assert.Equal(ActivationPolicy.Keep, Choose(kept, asked: null));
            Assert.Equal(ActivationPolicy.Recompute, Choose(kept - 1, asked: null));
            Assert.Equal(ActivationPolicy.Recompute, Choose(remade, asked: null));
            Assert.Equal(ActivationPolicy.Recompute, Choose(kept, ActivationPolicy.Recompute));
            Assert.Throws<ConfigurationException>(() => Choose(remade - 1, asked: null));
            Assert.Throws<ConfigurationException>(() => Choose(kept - 1, ActivationPolicy.Keep));

            ActivationPolicy Choose(long available, ActivationPolicy? asked) => MemoryForecast.Choose(blueprint, form, 0, step, asked, available);
        }
    }

    [Fact]
    public void Augmentations_go_by_name()
    {
        Assert.Equal(Augmentation.None, AugmentationNames.Resolve("none", DatasetKind.Cifar10, 32));
        Assert.Equal(Augmentation.PadCropFlip(4), AugmentationNames.Resolve(null, DatasetKind.Cifar10, 32));
        Assert.Equal(HorizontalFlip.Off, AugmentationNames.Resolve("crop", DatasetKind.Cifar10, 32).Flip);
        Assert.Equal(HorizontalFlip.On, AugmentationNames.Resolve("crop-flip", DatasetKind.Mnist, 28).Flip);
    }
}

using CsCheck;
using GateConnect.Architecture;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Training;

namespace GateConnect.Tests.Reporting;

public sealed class RecipeTests
{
    [Fact]
    public void Whole_numbers_and_reals_are_set_as_given() =>
        Gen.Select(Gen.Int, Gen.Double[-1e9, 1e9], Gen.ULong).Sample((epochs, rate, seed) =>
        {
            var invariant = System.Globalization.CultureInfo.InvariantCulture;
            var recipe = RecipeEditing.Set(new Recipe(), string.Create(invariant, $"training.epochs={epochs}")).Recipe;
            recipe = RecipeEditing.Set(recipe, string.Create(invariant, $"training.learningRate={rate:R}")).Recipe;
            recipe = RecipeEditing.Set(recipe, string.Create(invariant, $"seed={seed}")).Recipe;
            return recipe == new Recipe { Seed = seed, Training = new TrainingOptions { Epochs = epochs, LearningRate = rate } };
        }, iter: 200);

    [Fact]
    public void Every_option_can_be_set_to_what_it_is()
    {
        var recipe = Samples.Recipe;
        foreach (var path in RecipeEditing.Paths)
        {
            var value = RecipeEditing.Set(recipe, $"{path}={Current(recipe, path)}");
            Assert.Equal(recipe, value.Recipe);
        }
        Assert.Contains("training.gates.step", RecipeEditing.Paths);
        Assert.Contains("lastNormAffine", RecipeEditing.Paths);
    }

    [Theory]
    [InlineData("training.epochs=5", "training.epochs: 10 -> 5")]
    [InlineData("training.learningRate=1e-2", "training.learningRate: 0.1 -> 0.01")]
    [InlineData("connectivity=Full-Branches", "connectivity: learned -> full-branches")]
    [InlineData("data.path=a=b c", "data.path: null -> a=b c")]
    [InlineData("training.gates.estimator=paper", "training.gates.estimator: relaxed -> paper")]
    [InlineData("fanIn=null", "fanIn: null -> null")]
    public void Every_change_is_said(string assignment, string echo) =>
        Assert.Equal(echo, RecipeEditing.Set(new Recipe(), assignment).Echo);

    [Theory]
    [InlineData("epochs=5", "training.epochs")]
    [InlineData("training.epoch=5", "training.epochs")]
    [InlineData("training.gates=5", "training.gates.step")]
    [InlineData("training.epochs=5.5", "a whole number, found '5.5'")]
    [InlineData("training.epochs=1,5", "a whole number")]
    [InlineData("training.learningRate=0,1", "a number")]
    [InlineData("training.learningRate=NaN", "a number")]
    [InlineData("training.epochs=null", "a whole number")]
    [InlineData("connectivity=3", "one of full, full-branches, random, regular, learned")]
    [InlineData("seed=-1", "a whole number from 0 up")]
    [InlineData("training.epochs", "path=value")]
    public void Mistakes_say_what_was_expected(string assignment, string hint) =>
        Assert.Contains(
            hint, Assert.Throws<ConfigurationException>(() => RecipeEditing.Set(new Recipe(), assignment)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_record_is_a_configuration_and_so_is_a_part_of_a_recipe()
    {
        using var temporary = new TemporaryFolder();
        Samples.Record().Write(temporary["run.json"]);
        Assert.Equal(Samples.Recipe, RecipeFile.Read(temporary["run.json"]));
        File.WriteAllText(temporary["bare.json"], RecipeFile.Print(Samples.Recipe));
        Assert.Equal(Samples.Recipe, RecipeFile.Read(temporary["bare.json"]));
        File.WriteAllText(temporary["part.json"], """{"training": {"epochs": 3}, "connectivity": "full"}""");
        Assert.Equal(
            new Recipe { Connectivity = ConnectivityKind.Full, Training = new TrainingOptions { Epochs = 3 } },
            RecipeFile.Read(temporary["part.json"]));
    }

    [Fact]
    public void A_configuration_names_all_its_mistakes()
    {
        using var temporary = new TemporaryFolder();
        File.WriteAllText(temporary["bad.json"], """{"trainin": {}, "training": {"epochs": true, "gates": 3}, "network": null}""");
        var failure = Assert.Throws<ConfigurationException>(() => RecipeFile.Read(temporary["bad.json"]));
        Assert.Equal(4, failure.Mistakes.Count);
        Assert.All(failure.Mistakes, mistake => Assert.StartsWith(temporary["bad.json"], mistake, StringComparison.Ordinal));
        Assert.Throws<ConfigurationException>(() => RecipeFile.Read(temporary["missing.json"]));
    }

    private static string Current(Recipe recipe, string path)
    {
        System.Text.Json.Nodes.JsonNode? node = System.Text.Json.Nodes.JsonNode.Parse(RecipeFile.Print(recipe));
        foreach (var part in path.Split('.'))
        {
            node = node![part];
        }
        return node?.ToString() ?? "null";
    }
}

// A wiring learned in one run, under which another is trained.
using GateConnect.Architecture;
using GateConnect.Cli;
using GateConnect.Experiments;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Tests.Cli;

public sealed class GivenWiringTests
{
    [Fact]
    public void Fresh_weights_train_under_the_wiring_of_another_run()
    {
        using var shell = new Shell();
        var (learned, retrained, again) = (shell.In("learned"), shell.In("retrained"), shell.In("again"));
        Assert.Equal(ExitCode.Done, Shell.Run([.. TrainTests.Tiny, "--out", learned]).Code);
        var trained = Shell.Run([.. TrainTests.Tiny, "--wiring-from", learned, "--seed", "2", "--out", retrained]);
        Assert.Equal("", trained.Error);
        Assert.Contains("Given(2)", trained.Output, StringComparison.Ordinal);
        var wiring = WiringFile.Read(learned);
        Assert.Equal(wiring, WiringFile.Read(retrained));
        Assert.Equal(ExitCode.Done, Shell.Run("evaluate", retrained, "--threads", "1").Code);

        // The record alone repeats the run: the wiring stands in it.
        Directory.Delete(learned, recursive: true);
        Assert.Equal(ExitCode.Done, Shell.Run("train", "--config", Path.Combine(retrained, "run.json"), "--out", again).Code);
        Assert.Equal(File.ReadAllBytes(Path.Combine(retrained, "model.safetensors")), File.ReadAllBytes(Path.Combine(again, "model.safetensors")));
    }

    [Fact]
    public void A_file_made_by_hand_will_do_and_a_damaged_one_is_named()
    {
        using var shell = new Shell();
        var file = shell.In("wiring.json");
        var wiring = new Connectivity([.. Enumerable.Range(1, 2).Select(module => new ModuleConnectivity(module, 4, [[0], [1], [2], [3]]))]);
        File.WriteAllText(file, ConnectivityJson.Write(wiring));
        Assert.Equal(wiring, WiringFile.Read(file));
        foreach (var text in new[] { "", "[]", "{}", "{\"modules\":7}", "{\"modules\":[{\"module\":1,\"sources\":4,\"reads\":[[9]]}]}" })
        {
            File.WriteAllText(file, text);
            var refused = Shell.Run([.. TrainTests.Tiny, "--wiring-from", file, "--out", shell.In("run")]);
            Assert.Equal(ExitCode.Data, refused.Code);
            Assert.Contains(file, Assert.Single(refused.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        }
        Assert.Equal(ExitCode.Data, Shell.Run([.. TrainTests.Tiny, "--wiring-from", shell.In("nowhere"), "--out", shell.In("run")]).Code);
    }

    [Fact]
    public void A_wiring_that_does_not_fit_is_refused_by_path()
    {
        var wiring = Connectivity.Random(Model.RandomNetworks.Blueprint(new NetworkSize(20, 1, 8)), 3, new SeededRandom(1));
        var recipe = new Recipe { Connectivity = ConnectivityKind.Given, Wiring = ConnectivityJson.Write(wiring) };
        Assert.Empty(RecipeRules.Mistakes(recipe));
        Assert.Equal(ConnectivityRule.Given(wiring), recipe.Rule);
        (Recipe Recipe, string Says)[] wrong =
        [
            (recipe with { Wiring = null }, "missing"),
            (recipe with { Wiring = "{" }, "connectivity"),
            (recipe with { Network = "29,4,8" }, "has 9"),
            (recipe with { Network = "20,4,4" }, "expected 4"),
            (recipe with { FanIn = 4 }, "read 4 of 8"),
            (recipe with { Connectivity = ConnectivityKind.Learned, FanIn = 3 }, "take given"),
        ];
        Assert.All(wrong, entry =>
        {
            var mistakes = RecipeRules.Mistakes(entry.Recipe);
            Assert.All(mistakes, mistake => Assert.StartsWith("wiring: ", mistake, StringComparison.Ordinal));
            Assert.Contains(entry.Says, mistakes[0], StringComparison.Ordinal);
        });
    }
}

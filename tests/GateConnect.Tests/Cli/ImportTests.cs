// A network of another tool: imported, used as every other model is, and trained on.
using GateConnect.Cli;
using GateConnect.Experiments;
using GateConnect.Model;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Tests.Export;
using SkiaSharp;

namespace GateConnect.Tests.Cli;

public sealed class ImportTests : IDisposable
{
    private static readonly string[] OnShapes = ["--dataset", "shapes", "--threads", "1"];

    private readonly Shell shell = new();

    public ImportTests() => TorchRuntime.EnsureLoaded();

    private string Published => shell.In("published.safetensors");

    private string Imported => shell.In("imported.safetensors");

    public void Dispose() => shell.Dispose();

    [Fact]
    public void An_imported_network_is_a_model_like_any_other()
    {
        File.WriteAllLines(shell.In("labels.txt"), ["circle", "square ", "", "cross", "star", "five", "six", "seven", "eight"]);
        var imported = Import("--labels", shell.In("labels.txt"), "--dataset", "shapes", "--json");
        Assert.Equal((ExitCode.Done, 8, 16), (imported.Code, imported.Json["classes"]!.GetValue<int>(), imported.Json["imageSize"]!.GetValue<int>()));
        Assert.Equal(ModelFile.ReadFingerprint(Imported), imported.Json["sha256"]!.GetValue<string>());
        Assert.Equal(["circle", "square", "cross", "star", "five", "six", "seven", "eight"], ModelFile.ReadHeader(Imported).ClassNames);

        Assert.Equal(500, Shell.Run("evaluate", Imported, "--threads", "1", "--json").Json["images"]!.GetValue<int>());
        Assert.Equal(imported.Json["parameters"]!.GetValue<long>(), Shell.Run("inspect", Imported, "--json").Json["parameters"]!.GetValue<long>());
        Assert.Contains("nothing to drop", Shell.Run("prune", Imported, "--plan").Output, StringComparison.Ordinal);
        var exported = Shell.Run("export", Imported, "--onnx", shell.In("imported.onnx"), "--threads", "1", "--check-images", "20");
        Assert.Equal(("", ExitCode.Done), (exported.Error, exported.Code));
        using (var bitmap = new SKBitmap(16, 16))
        using (var stream = File.Create(shell.In("black.png")))
        {
            bitmap.Erase(SKColors.Black);
            bitmap.Encode(stream, SKEncodedImageFormat.Png, 100);
        }
        string[] models = [Imported, shell.In("imported.onnx")];
        var answers = models.Select(model => Shell.Run("predict", model, shell.In("black.png"), "--csv").Output).ToArray();
        Assert.NotEqual("", answers[0]);
        Assert.Equal(answers[0].Split(',')[^2], answers[1].Split(',')[^2]);
    }

    [Fact]
    public void A_file_that_does_not_fit_exits_with_4_and_leaves_nothing()
    {
        Import();
        File.Delete(Imported);
        var refused = Shell.Run("import", Published, "--network", "11,4,4", "--image-size", "16", "--out", Imported);
        Assert.Equal(ExitCode.ModelFile, refused.Code);
        Assert.Contains("misshapen: layer1.0.conv2.weight is [8, 2, 3, 3], expected [16, 4, 3, 3]", refused.Error, StringComparison.Ordinal);
        var bytes = File.ReadAllBytes(Published);
        File.WriteAllBytes(Published, bytes[..(bytes.Length / 2)]);
        var cut = Shell.Run("import", Published, "--network", "11,2,4", "--out", Imported);
        Assert.Equal(ExitCode.ModelFile, cut.Code);
        Assert.Contains(Published, Assert.Single(cut.Mistakes), StringComparison.Ordinal);
        Assert.False(File.Exists(Imported));
    }

    [Fact]
    public void Every_wrong_option_is_told_at_once()
    {
        var refused = Shell.Run(
            "import", Published, "--network", "12,2,4", "--mean", "1,2", "--image-size", "4", "--classes", "1", "--dataset", "x", "--out", Published);
        Assert.Equal(ExitCode.Configuration, refused.Code);
        Assert.Equal(
            ["network.depth", "--mean, --std", "--dataset", "--image-size", "--classes", "--out"],
            refused.Mistakes.Select(mistake => mistake.Split(": ")[0]));
        Assert.Equal(ExitCode.Data, Shell.Run("import", Published, "--network", "11,2,4", "--labels", shell.In("absent")).Code);
        Assert.Equal(ExitCode.ModelFile, Shell.Run("import", Published, "--network", "11,2,4").Code);
        Assert.Equal(ExitCode.Configuration, Shell.Run("import", Published).Code);
    }

    [Theory]
    [InlineData("learned", "paper")]
    [InlineData("learned", "gradual")]
    [InlineData("random", null)]
    [InlineData("full-branches", null)]
    public void Training_starts_from_it_and_its_record_names_it_by_what_it_is(string connectivity, string? estimator)
    {
        Import();
        var run = shell.In("run");
        string[] rule = estimator is null ? [] : ["--estimator", estimator];
        var trained = Shell.Run([.. Train(run, epochs: 1), "--from", Imported, "--connectivity", connectivity, .. rule]);
        Assert.Equal(("", ExitCode.Done), (trained.Error, trained.Code));
        Assert.Contains("starts from imported.safetensors (SHA-256 ", trained.Output, StringComparison.Ordinal);
        Assert.Contains("head included; its normalisation; statistics of the branches measured", trained.Output, StringComparison.Ordinal);
        var recipe = RunRecord.Read(Path.Combine(run, "run.json")).Recipe;
        Assert.Equal((ModelFile.ReadFingerprint(Imported), "imported.safetensors"), (recipe.From.Sha256, recipe.From.Name));
        Assert.Equal(("11,2,4", 16, "0.485,0.456,0.406/0.229,0.224,0.225"), (recipe.Network, recipe.Data.ImageSize, recipe.Data.Normalization));
        Assert.DoesNotContain(shell.Folder, File.ReadAllText(Path.Combine(run, "run.json")), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, Shell.Run("evaluate", run, "--threads", "1").Code);
        var started = $"imported.safetensors (sha256 {recipe.From.Sha256![..12]})";
        Assert.All(["summary.md", "report.html"], page => Assert.Contains(started, File.ReadAllText(Path.Combine(run, page)), StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_goes_on_without_its_source_to_the_bytes_of_one_that_never_stopped()
    {
        Import();
        var (whole, halved) = (shell.In("whole"), shell.In("halved"));
        Assert.Equal(ExitCode.Done, Shell.Run([.. Train(whole), "--from", Imported]).Code);
        using (var interruption = new Interruption())
        {
            using var output = new InterruptingWriter(interruption, "epoch   1", 143);
            Assert.Equal(143, Shell.Run(interruption, output, [.. Train(halved), "--from", Imported]).Code);
        }
        File.Move(Imported, shell.In("elsewhere.safetensors"));
        Assert.Equal(ExitCode.Done, Shell.Run("train", "--resume", halved).Code);
        Assert.All(["model.safetensors", "unpruned.safetensors", "metrics.jsonl", "connectivity.json"], file =>
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, file)), File.ReadAllBytes(Path.Combine(halved, file))));

        // From its record alone it cannot begin: the weights have to be named, wherever they lie now.
        var record = Path.Combine(whole, "run.json");
        var alone = Shell.Run("train", "--config", record, "--out", shell.In("again"));
        Assert.Equal(ExitCode.Configuration, alone.Code);
        Assert.Contains("name them: --from RUN or --from FILE", Assert.Single(alone.Mistakes), StringComparison.Ordinal);
        Assert.False(Directory.Exists(shell.In("again")));
        Assert.Equal(ExitCode.Done, Shell.Run("train", "--config", record, "--from", shell.In("elsewhere.safetensors"), "--out", shell.In("again")).Code);
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "model.safetensors")), File.ReadAllBytes(Path.Combine(shell.In("again"), "model.safetensors")));
    }

    [Fact]
    public void A_run_that_was_killed_before_its_first_epoch_has_its_weights_already()
    {
        Import();
        var run = shell.In("run");
        using (var interruption = new Interruption())
        {
            using var output = new InterruptingWriter(interruption, "run folder", 143);
            Assert.Equal(143, Shell.Run(interruption, output, [.. Train(run), "--from", Imported]).Code);
        }
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(run, "checkpoint"), "step-*.safetensors"));
        File.Delete(Imported);
        Assert.Equal(ExitCode.Done, Shell.Run("train", "--resume", run).Code);
    }

    [Fact]
    public void Any_run_can_be_started_from_and_what_cannot_be_is_said()
    {
        var (first, full) = (shell.In("first"), shell.In("full"));
        Assert.Equal(ExitCode.Done, Shell.Run([.. TrainTests.Tiny, "--fan-in", "1", "--out", first]).Code);
        Assert.Equal(ExitCode.Done, Shell.Run([.. TrainTests.Tiny, "--connectivity", "full", "--out", full]).Code);

        var given = Shell.Run([.. Train(shell.In("given"), epochs: 1), "--from", first, "--wiring-from", first]);
        Assert.Equal(("", ExitCode.Done), (given.Error, given.Code));
        Assert.Contains("starts from first (SHA-256 ", given.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("measured on training images", given.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, Shell.Run([.. Train(shell.In("both"), epochs: 1), "--from", full, "--connectivity", "full"]).Code);
        Assert.Equal(ExitCode.Done, Shell.Run([.. Train(shell.In("learned"), epochs: 1), "--from", full]).Code);

        (string Says, string[] Args)[] wrong =
        [
            ("is pruned to ", ["--from", Path.Combine(first, "model.safetensors")]),
            ("leave --network out", ["--from", full, "--network", "20,2,4"]),
            ("take full-branches", ["--from", first, "--connectivity", "full"]),
            ("take PerBranch", ["--from", full, "--set", "lastNormAffine=Shared"]),
            ("need 7x7/2 with max-pool; take --image-size 16", ["--from", full, "--image-size", "120"]),
        ];
        Assert.All(wrong, entry =>
        {
            var refused = Shell.Run([.. Train(shell.In("refused"), epochs: 1), .. entry.Args]);
            Assert.Equal(ExitCode.Configuration, refused.Code);
            Assert.Contains(entry.Says, Assert.Single(refused.Mistakes), StringComparison.Ordinal);
            Assert.False(Directory.Exists(shell.In("refused")));
        });
        Assert.Equal(ExitCode.Data, Shell.Run([.. Train(shell.In("refused")), "--from", shell.In("nowhere")]).Code);
        Assert.Equal(ExitCode.ModelFile, Shell.Run([.. Train(shell.In("refused")), "--from", shell.In("nothing.safetensors")]).Code);

        // A record that starts from other weights than those named now starts from those named now.
        var other = Shell.Run("train", "--config", Path.Combine(shell.In("given"), "run.json"), "--from", full, "--out", shell.In("other"));
        Assert.Equal(ExitCode.Done, other.Code);
        Assert.Equal("full", RunRecord.Read(Path.Combine(shell.In("other"), "run.json")).Recipe.From.Name);
    }

    [Fact]
    public void A_head_for_other_classes_starts_fresh_and_says_so()
    {
        Import(classes: 5);
        var trained = Shell.Run([.. Train(shell.In("run"), epochs: 1), "--from", Imported]);
        Assert.Equal(("", ExitCode.Done), (trained.Error, trained.Code));
        Assert.Contains("but for the head, which starts fresh (it tells 5 classes apart, these images have 8)", trained.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_in_a_recipe_are_checked_by_path()
    {
        var recipe = new GateConnect.Training.Recipe();
        string[] wrong = ["from.sha256=12", "from.name=x", "data.normalization=1,2", "data.normalization=1/0"];
        Assert.All(wrong, assignment => Assert.StartsWith(
            $"{assignment.Split('=')[0]}: ", Assert.Single(RecipeRules.Mistakes(RecipeEditing.Set(recipe, assignment).Recipe)), StringComparison.Ordinal));
        var grey = Shell.Run([.. Train(shell.In("run")), "--network", "11,2,4", "--image-size", "16", "--set", "data.normalization=0.5/0.25"]);
        Assert.Equal(ExitCode.Configuration, grey.Code);
        Assert.Contains("data.normalization: of 1 channels, but the images are 3x16x16", grey.Error, StringComparison.Ordinal);
    }

    private static string[] Train(string run, int epochs = 2) =>
    [
        "train", .. OnShapes, "--train-limit", "192", "--batch-size", "32", "--epochs", $"{epochs}",
        "--set", "training.warmUpSteps=2", "--learning-rate", "0.01", "--out", run,
    ];

    private Shell.Spoken Import(params string[] options) => Import(8, options);

    private Shell.Spoken Import(int classes, params string[] options)
    {
        using var published = new PublishedResNeXt(new PublishedSize([1, 1, 1], Width: 2, Groups: 4, Outputs: 64) { Classes = classes });
        ForeignFile.Write(Published, published.Weights);
        return Shell.Run(["import", Published, "--network", "11,2,4", "--image-size", "16", "--out", Imported, .. options]);
    }
}

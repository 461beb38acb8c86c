// The options that are values of a recipe: one row each, every one the same as `--set path=value`. What they mean, what
// they take and what is wrong with them is decided by the recipe, not here.
using System.CommandLine;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Experiments;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Cli;

/// <summary>The options of a run's recipe. One instance per command.</summary>
internal sealed class RecipeOptions
{
    private readonly Dictionary<Option<string?>, string> paths = [];

    public RecipeOptions()
    {
        Data = new OptionGroup("Data",
        [
            Value(
                "--dataset", "data.dataset", "NAME",
                $"One of {string.Join(", ", Enum.GetValues<DatasetKind>().Select(kind => kind.Text()))}. Default fashion-mnist, found or fetched."),
            Value(
                "--data", "data.path", "PATH",
                "Folder or archive of the dataset. Default: looked for in the folder that GATECONNECT_DATA names, "
                + "the user cache and system folders ('gateconnect data list'); needed for folder."),
            Value(
                "--image-size", "data.imageSize", "PIXELS",
                "Side of the square images; others are resized by their shorter side and cropped at the centre. "
                + $"Default the dataset's own (folder: 32); fashion-mnist: {DefaultRecipes.QuickImageSize}, its own being 28."),
            Value(
                "--train-limit", "data.trainLimit", "N",
                "Learn from so many images, drawn by the seed, every class alike; 'null' for all. "
                + $"Default all; fashion-mnist: {DefaultRecipes.QuickTrainImages}."),
            Value("--test-fraction", "data.testFraction", "SHARE", "Share of a folder's images kept for testing where it has no train/ and val/. Default 0.2."),
            Value("--holdout", "data.holdout", "SHARE", "Share of the training images held out to choose options on. Default 0: train on all."),
            Value(
                "--undecodable", "data.undecodable", "POLICY",
                "Images of a folder that cannot be decoded: fail names the first and ends, skip names and counts them all. Default fail."),
            Value(
                "--decoding", "data.decoding", "WHEN",
                "Images of a folder: once keeps small squares in memory, streamed leaves photos in their files "
                + "and decodes them whenever they are needed, random crops from the whole photo. Default once."),
            Value(
                "--augment", "data.augmentation", "NAME",
                $"One of {string.Join(", ", AugmentationNames.All)}; crop is without the flip. Default the dataset's usual one; fashion-mnist: none."),
        ]);
        Network = new OptionGroup("Network",
        [
            Value("--network", "network", "D,W,C", "Depth, bottleneck width, cardinality. Default 20,4,8."),
            Value(
                "--connectivity", "connectivity", "KIND",
                "Who reads whom: full (ResNeXt), full-branches (the same, every branch with an input of its own), "
                + "random, regular (random, but every block is also read by K), learned or given. Default learned."),
            Value("--fan-in", "fanIn", "K", "Branches that each block reads where the wiring is random or learned, 1 to C. Default half of C."),
            WiringFrom,
            From,
            Value(
                "--estimator", "training.gates.estimator", "RULE",
                "How gates are learned: paper (K are drawn for every batch), relaxed (all are half open at first, K at the end) "
                + "or gradual (all are open at first, then one after another closes); or a rival to compare with: "
                + $"{string.Join(", ", Enum.GetValues<EstimatorKind>().Skip(3).Select(kind => kind.Text()))} "
                + "(docs/decisions/0017-rivals.md). Default relaxed."),
        ]);
        Training = new OptionGroup("Training",
        [
            Value(
                "--epochs", "training.epochs", "N",
                "Passes over the images, both phases together: wiring with weights, then weights alone. "
                + $"Default 10; fashion-mnist: {DefaultRecipes.QuickEpochs}."),
            Value("--batch-size", "training.batchSize", "N", "Images per step. Default 64."),
            Value("--learning-rate", "training.learningRate", "RATE", "Peak rate of SGD with Nesterov momentum. Default 0.1, falling by a cosine."),
            Value("--label-smoothing", "training.labelSmoothing", "SHARE", "Share of each target spread over all classes, 0 up to but not 1. Default 0."),
            Value("--ema", "training.emaDecay", "DECAY", "Evaluate and save a moving average of the weights, e.g. 0.999. Default off."),
            Value("--class-weights", "training.classWeighting", "KIND", "none or inverse-frequency, for classes of unequal size. Default none."),
            Value(
                "--on-divergence", "training.onDivergence", "POLICY",
                "When a loss is not finite: stop with exit code 5, or rollback to the epoch before with half the rates, "
                + $"at most {TrainingOptions.MostRollbacks} times. Default stop."),
            Value("--seed", "seed", "N", "Master seed of weights, order, augmentation and gates. Default 1."),
            Value("--threads", "threads", "N", "Threads of libtorch; equal counts give equal bits. Default all cores."),
        ]);
        General = new OptionGroup("Recipe", [Config, Set]);
    }

    /// <summary>Options of the images.</summary>
    public OptionGroup Data { get; }

    /// <summary>Options of the network.</summary>
    public OptionGroup Network { get; }

    /// <summary>Options of the training loop.</summary>
    public OptionGroup Training { get; }

    /// <summary><c>--config</c> and <c>--set</c>.</summary>
    public OptionGroup General { get; }

    private Option<string?> WiringFrom { get; } = new("--wiring-from")
    {
        HelpName = "RUN|FILE",
        Description = "Train fresh weights under this wiring (connectivity given): that of a run, whichever images it learned from, or of a JSON file.",
    };

    private Option<string?> From { get; } = new("--from")
    {
        HelpName = "RUN|FILE",
        Description = "Start from the weights of this network before pruning: of a run, or of a file that 'gateconnect import' wrote. "
            + "Network, image size and normalisation are then its own unless given; a head for other classes starts fresh.",
    };

    private Option<string?> Config { get; } = new("--config")
    {
        HelpName = "FILE",
        Description = "A run.json (or a recipe by itself): repeat that run. Options change it.",
    };

    private Option<string[]> Set { get; } = new("--set")
    {
        HelpName = "PATH=VALUE",
        Description = "Any value of the recipe by its path, as run.json writes it, e.g. --set training.gates.step=0.05. May be repeated; is echoed.",
    };

    /// <summary>The recipe that the options describe, resolved: every value that has a default has it.</summary>
    /// <param name="parsed">The options.</param>
    /// <param name="start">The recipe to change; null for the file of <c>--config</c> or the dataset's defaults.</param>
    /// <param name="voice">Hears what <c>--set</c> and <c>--config</c> did.</param>
    /// <exception cref="ConfigurationException">Lists every mistake.</exception>
    public Recipe Resolve(ParseResult parsed, Recipe? start, Voice voice)
    {
        var mistakes = new List<string>();
        var recipe = start ?? Start(parsed, voice);
        if (Source(parsed) is { } weights)
        {
            recipe = TrainedSource.Open(weights).Into(recipe);
        }
        if (parsed.GetValue(WiringFrom) is { } source)
        {
            recipe = recipe with { Connectivity = ConnectivityKind.Given, FanIn = null, Wiring = ConnectivityJson.Write(WiringFile.Read(source)) };
        }
        foreach (var (option, path) in paths)
        {
            if (parsed.GetValue(option) is { } text)
            {
                recipe = Change(recipe, $"{path}={text}", option.Name, mistakes).Recipe;
            }
        }
        foreach (var assignment in parsed.GetValue(Set) ?? [])
        {
            (recipe, var echo) = Change(recipe, assignment, origin: null, mistakes);
            if (echo is not null)
            {
                voice.Say($"set {echo}");
            }
        }
        if (recipe is { From.Sha256: not null, Connectivity: ConnectivityKind.Full })
        {
            recipe = recipe with { LastNormAffine = LastNormAffine.Shared }; // the only one that a ResNeXt has
        }
        mistakes.AddRange(RecipeRules.Mistakes(recipe));
        return mistakes.Count == 0 ? Resolved(recipe) : throw new ConfigurationException(mistakes);
    }

    /// <summary>Where the network lies that the recipe starts from, or null.</summary>
    public string? Source(ParseResult parsed) => parsed.GetValue(From);

    private Recipe Start(ParseResult parsed, Voice voice)
    {
        if (parsed.GetValue(Config) is { } file)
        {
            voice.Say($"recipe from {file}");
            return RecipeFile.Read(file);
        }
        var name = parsed.GetValue(paths.Single(pair => pair.Value == "data.dataset").Key);
        try
        {
            return DefaultRecipes.For(name is null ? DatasetKind.FashionMnist : DatasetKinds.Parse(name));
        }
        catch (ConfigurationException)
        {
            return new Recipe(); // The name stands in the recipe soon, and is refused there with all other mistakes.
        }
    }

    private static (Recipe Recipe, string? Echo) Change(Recipe recipe, string assignment, string? origin, List<string> mistakes)
    {
        try
        {
            return RecipeEditing.Set(recipe, assignment);
        }
        catch (ConfigurationException exception)
        {
            var path = assignment.Split('=')[0];
            mistakes.AddRange(exception.Mistakes.Select(mistake =>
                origin is null ? mistake : mistake.Replace($"--set {path}:", $"{origin}:", StringComparison.Ordinal)));
            return (recipe, null);
        }
    }

    // Spellings that mean the same become the same recipe, so that a resumed run compares equal.
    private static Recipe Resolved(Recipe recipe) => recipe with
    {
        Network = NetworkSize.Parse(recipe.Network).ToString(),
        FanIn = recipe.Rule.FanIn,
        Data = recipe.Data with { Dataset = DatasetKinds.Parse(recipe.Data.Dataset).Text() },
    };

    private Option<string?> Value(string name, string path, string helpName, string description)
    {
        var option = new Option<string?>(name) { HelpName = helpName, Description = description };
        paths.Add(option, path);
        return option;
    }
}

// A run as a value: the same record is the resolved recipe in run.json, what --config reads and --set edits, and
// what the paper's table cells return.
using System.Text.Json.Serialization;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Runtime;

namespace GateConnect.Training;

/// <summary>Everything that determines a run's numbers, but for machine and versions.</summary>
public sealed record Recipe
{
    /// <summary>What to learn from.</summary>
    public DataRecipe Data { get; init; } = new();

    /// <summary>{depth, width, cardinality}, as <c>20,4,8</c>.</summary>
    public string Network { get; init; } = "20,4,8";

    /// <summary>How the wiring comes about; default learned.</summary>
    public ConnectivityKind Connectivity { get; init; } = ConnectivityKind.Learned;

    /// <summary>K; null for the full kinds, for half the cardinality with random, regular and learned, and for that of a given wiring.</summary>
    public int? FanIn { get; init; }

    /// <summary>With given: the wiring, as one line of <see cref="ConnectivityJson"/>; else null.</summary>
    public string? Wiring { get; init; }

    /// <summary>With random and regular: the seed of the wiring alone; null (default) to draw it from <see cref="Seed"/>.</summary>
    public ulong? WiringSeed { get; init; }

    /// <summary>Whose the last norms' affine is; default shared by a module's branches.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<LastNormAffine>))]
    public LastNormAffine LastNormAffine { get; init; } = LastNormAffine.Shared;

    /// <summary>The trained network whose weights the run starts from; default none: fresh weights from the seed.</summary>
    public StartingWeights From { get; init; } = new();

    /// <summary>The training loop.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>The master seed; default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Torch threads; null for all cores. Results are bit-equal at equal thread counts.</summary>
    public int? Threads { get; init; }

    /// <summary>The rule of wiring with its fan-in resolved.</summary>
    /// <exception cref="ConfigurationException">Wiring is no wiring, or the network no network.</exception>
    [JsonIgnore]
    public ConnectivityRule Rule
    {
        get
        {
            var wiring = ReadWiring();
            return new ConnectivityRule(Connectivity, FanIn ?? DefaultFanIn(wiring)) { Wiring = wiring, WiringSeed = WiringSeed };
        }
    }

    /// <summary>The same with every gate option that is not read at its default: equal where the same is computed.</summary>
    [JsonIgnore]
    internal Recipe Effective => this with
    {
        Training = Training with { Gates = Connectivity == ConnectivityKind.Learned ? Training.Gates.Effective : new GateOptions() },
    };

    private int? DefaultFanIn(Connectivity? wiring) => Connectivity switch
    {
        ConnectivityKind.Full or ConnectivityKind.FullBranches => null,
        ConnectivityKind.Given => wiring is { Modules: [var first, ..] } ? first.FanIn : null,
        _ => Math.Max(1, NetworkSize.Parse(Network).Cardinality / 2),
    };

    private Connectivity? ReadWiring()
    {
        try
        {
            return Wiring is null ? null : ConnectivityJson.Read(Wiring);
        }
        catch (FormatException failure)
        {
            throw new ConfigurationException($"wiring: {UntrustedText.Shown(failure.Message)}");
        }
    }
}

/// <summary>Which images a run learns from, and how they are prepared.</summary>
public sealed record DataRecipe
{
    /// <summary>Name of the dataset: fashion-mnist (default), mnist, cifar10, cifar100, folder or shapes.</summary>
    public string Dataset { get; init; } = "fashion-mnist";

    /// <summary>Where it is; null to look in the usual places.</summary>
    public string? Path { get; init; }

    /// <summary>Height and width in pixels; null for the dataset's own (32 for folders).</summary>
    public int? ImageSize { get; init; }

    /// <summary>Share of a folder without train/val split that is kept for testing, in (0, 1); default 0.2.</summary>
    public double TestFraction { get; init; } = 0.2;

    /// <summary>What to do with an image of a folder that cannot be decoded; default fail.</summary>
    public UndecodablePolicy Undecodable { get; init; } = UndecodablePolicy.Fail;

    /// <summary>When the images of a folder are decoded: once (default), or whenever they are needed.</summary>
    public DecodingPolicy Decoding { get; init; } = DecodingPolicy.Once;

    /// <summary>With streamed: the most megabytes (of 2^20 bytes) that photos kept decoded may take, 0 or more; default 512.</summary>
    public int DecodedCache { get; init; } = 512;

    /// <summary>A seeded, class-balanced subset of the training images; null (default) for all.</summary>
    public int? TrainLimit { get; init; }

    /// <summary>Share of the training images held out for choosing options, in [0, 1); default 0: train on all.</summary>
    public double Holdout { get; init; }

    /// <summary>Augmentation: none, crop (pad 4 and crop: digits, letters), crop-flip, resized-crop-flip; null for the dataset's usual one.</summary>
    public string? Augmentation { get; init; }

    /// <summary>
    /// Mean and deviation of the pixels, as <see cref="Data.Normalization.Parse"/> reads them; null (default) to measure them on
    /// the training images.
    /// </summary>
    public string? Normalization { get; init; }
}

/// <summary>Which weights a run starts from: the model by what it is, not by where it lay.</summary>
public sealed record StartingWeights
{
    /// <summary>The SHA-256 that the model file states of itself, 64 lower-case hexadecimal digits; null (default) for fresh weights.</summary>
    public string? Sha256 { get; init; }

    /// <summary>What the run or file was called, for readers; null where there is none.</summary>
    public string? Name { get; init; }

    /// <summary>In a page's words, such as <c>resnext50 (sha256 0123456789ab)</c>; null for fresh weights.</summary>
    internal string? Words => Sha256 is null ? null : $"{Name ?? "a model"} (sha256 {Sha256[..Math.Min(12, Sha256.Length)]})";
}

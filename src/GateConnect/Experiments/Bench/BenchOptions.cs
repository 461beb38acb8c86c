// What a throughput measurement is about, as plain values that are checked before anything is measured.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Runtime;

namespace GateConnect.Experiments.Bench;

/// <summary>Which halves of the measurement are made.</summary>
public enum BenchParts
{
    /// <summary>Training and inference.</summary>
    Both,

    /// <summary>Training steps only.</summary>
    Training,

    /// <summary>Inference only.</summary>
    Inference,
}

/// <summary>What is measured.</summary>
public sealed record BenchOptions
{
    private const int SmallImages = 32;
    private const int LargeImages = 224;

    /// <summary>The network; default {20,4,8}.</summary>
    public NetworkSize Size { get; init; } = new(20, 4, 8);

    /// <summary>K, 1 to the cardinality; null for half of it.</summary>
    public int? FanIn { get; init; }

    /// <summary>Images per training step, and the larger batch of inference, 2 to 65,536; default 128.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Height and width in pixels, 8 to 4096; null for 32, or 224 where depth is 50, 101 or 152.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Threads of libtorch and of the measured limits, at least 1; default all processors.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Measured rounds of every variant, 1 to 1,000; default 5.</summary>
    public int Repeats { get; init; } = 5;

    /// <summary>How long a variant's turn lasts at least, in seconds; quick ones repeat their step. Default 0.5.</summary>
    public double TurnSeconds { get; init; } = 0.5;

    /// <summary>Which halves; default both.</summary>
    public BenchParts Parts { get; init; } = BenchParts.Both;

    /// <summary>K as used.</summary>
    public int UsedFanIn => FanIn ?? Math.Max(1, Size.Cardinality / 2);

    /// <summary>The network's plan: colour images, 10 classes, or 1000 for the family of large images.</summary>
    /// <exception cref="ConfigurationException">Size or image size are invalid.</exception>
    public NetworkBlueprint Blueprint()
    {
        var side = ImageSize ?? (Size.IsLargeImageFamily ? LargeImages : SmallImages);
        return NetworkBlueprint.Create(Size, new ImageShape(3, side, side), Size.IsLargeImageFamily ? 1000 : 10);
    }

    /// <summary>Every mistake in one line each; the network's own are found by <see cref="Blueprint"/>.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (UsedFanIn < 1 || UsedFanIn > Size.Cardinality)
        {
            yield return $"--fan-in: {UsedFanIn} is outside 1 to the cardinality {Size.Cardinality}";
        }
        if (BatchSize is < 2 or > 65_536)
        {
            yield return $"--batch-size: {BatchSize} is outside 2 to 65536";
        }
        if (Threads is < 1 or > 1024)
        {
            yield return $"--threads: {Threads} is outside 1 to 1024";
        }
        if (Repeats is < 1 or > 1000)
        {
            yield return $"--repeats: {Repeats} is outside 1 to 1000";
        }
    }
}

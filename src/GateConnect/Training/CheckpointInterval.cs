// How often a training is written down: `200b`, `2e`, `10m`. What may be lost when the machine dies is what this says.
using System.Globalization;
using System.Text.RegularExpressions;
using GateConnect.Runtime;

namespace GateConnect.Training;

/// <summary>Steps, epochs or minutes between checkpoints; zero where it is not counted so. The end of a training is always written.</summary>
/// <param name="Batches">Steps between checkpoints.</param>
/// <param name="Epochs">Epochs between checkpoints.</param>
/// <param name="Minutes">Minutes after which the next step ends in a checkpoint; no result depends on it.</param>
public readonly partial record struct CheckpointInterval(int Batches, int Epochs, int Minutes)
{
    private const int Most = 1_000_000;

    /// <summary>After every epoch, and ten minutes after the last one within an epoch.</summary>
    public static CheckpointInterval Default { get; } = new(Batches: 0, Epochs: 1, Minutes: 10);

    /// <summary>Reads <c>200b</c> (or <c>200</c>) batches, <c>2e</c> epochs, <c>10m</c> minutes.</summary>
    /// <exception cref="ConfigurationException">It is none of them, or not 1 to 1,000,000.</exception>
    public static CheckpointInterval Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var match = Pattern().Match(text);
        if (!match.Success || !int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count is < 1 or > Most)
        {
            throw new ConfigurationException($"'{text}' is no interval of checkpoints; expected 200b (batches), 2e (epochs) or 10m (minutes), 1 to {Most}");
        }
        return match.Groups[2].Value switch
        {
            "e" => default(CheckpointInterval) with { Epochs = count },
            "m" => default(CheckpointInterval) with { Minutes = count },
            _ => default(CheckpointInterval) with { Batches = count },
        };
    }

    /// <summary>As <see cref="Parse"/> reads it; several joined by a plus sign.</summary>
    public override string ToString() => string.Join('+', new[] { (Batches, "b"), (Epochs, "e"), (Minutes, "m") }
        .Where(part => part.Item1 > 0)
        .Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Item1}{part.Item2}")));

    /// <summary>Whether a checkpoint is due between two steps.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="sinceLast">Time since the last checkpoint.</param>
    internal bool IsDueAfterStep(long step, TimeSpan sinceLast) =>
        (Batches > 0 && step % Batches == 0) || (Minutes > 0 && sinceLast.TotalMinutes >= Minutes);

    /// <summary>Whether one is due after an epoch.</summary>
    /// <param name="epoch">From 1.</param>
    internal bool IsDueAfterEpoch(int epoch) => Epochs > 0 && epoch % Epochs == 0;

    [GeneratedRegex("^([0-9]+)([bem]?)$")]
    private static partial Regex Pattern();
}

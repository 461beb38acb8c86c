// How the paper writes a network: {depth, bottleneck width, cardinality}. Depth 9n + 2 is the family for small
// images (three stages of n modules), 50, 101 and 152 the family for large ones (PAPER section 4).
using System.Globalization;
using GateConnect.Runtime;

namespace GateConnect.Architecture;

/// <summary>The size of a network as the paper writes it.</summary>
/// <param name="Depth">3 x modules + 2: 11, 20, 29, ... (9n + 2), or 50, 101, 152.</param>
/// <param name="BottleneckWidth">Channels w of a branch's 3x3 convolution in the first stage; doubles per stage.</param>
/// <param name="Cardinality">Branches C per module.</param>
public readonly record struct NetworkSize(int Depth, int BottleneckWidth, int Cardinality)
{
    /// <summary>Whether this is the family of ResNet-50/101/152: four stages and a 7x7 stem.</summary>
    public bool IsLargeImageFamily => Depth is 50 or 101 or 152;

    /// <summary>Modules per stage, or null where no network has this depth.</summary>
    public int[]? ModulesPerStage => Depth switch
    {
        50 => [3, 4, 6, 3],
        101 => [3, 4, 23, 3],
        152 => [3, 8, 36, 3],
        >= 11 when (Depth - 2) % 9 == 0 => [(Depth - 2) / 9, (Depth - 2) / 9, (Depth - 2) / 9],
        _ => null,
    };

    /// <summary>Every mistake in the three numbers, each in one line; empty when the size is valid.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (ModulesPerStage is null)
        {
            yield return $"network.depth: {Depth} is not 9n + 2 (small images) nor 50, 101 or 152; nearest valid: {NearestDepths()}";
        }
        if (BottleneckWidth is < 1 or > 1024)
        {
            yield return $"network.bottleneckWidth: {BottleneckWidth} is outside 1 to 1024";
        }
        if (Cardinality is < 1 or > 1024)
        {
            yield return $"network.cardinality: {Cardinality} is outside 1 to 1024";
        }
    }

    /// <summary>Reads <c>20,4,8</c> or <c>{20,4,8}</c>.</summary>
    /// <exception cref="ConfigurationException">The text is not three whole numbers, or they form no valid network.</exception>
    public static NetworkSize Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Trim().TrimStart('{').TrimEnd('}').Split(',', StringSplitOptions.TrimEntries);
        var numbers = new int[3];
        var valid = parts.Length == 3;
        for (var index = 0; valid && index < 3; index++)
        {
            valid = int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[index]);
        }
        if (!valid)
        {
            throw new ConfigurationException(
                $"network: '{text}' is not depth,width,cardinality; expected three whole numbers such as 20,4,8");
        }
        var size = new NetworkSize(numbers[0], numbers[1], numbers[2]);
        var mistakes = size.Mistakes().ToArray();
        return mistakes.Length == 0 ? size : throw new ConfigurationException(mistakes);
    }

    /// <summary>The form that <see cref="Parse"/> reads: <c>20,4,8</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Depth},{BottleneckWidth},{Cardinality}");

    private string NearestDepths()
    {
        var below = Math.Max(11, (Depth - 2) / 9 * 9 + 2);
        var candidates = new SortedSet<int> { below, below + 9 };
        foreach (var large in (int[])[50, 101, 152])
        {
            if (Math.Abs(large - Depth) <= 9)
            {
                candidates.Add(large);
            }
        }
        return string.Join(", ", candidates);
    }
}

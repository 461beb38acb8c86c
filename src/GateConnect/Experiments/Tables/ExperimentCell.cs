// One cell of a table: a recipe with everything but its seed, and the paper's figure for it. Cells of several tables that
// have the same recipe are the same cell, and are trained once.
using System.Globalization;
using System.Text;
using GateConnect.Architecture;
using GateConnect.Training;

namespace GateConnect.Experiments.Tables;

/// <summary>A cell of a table.</summary>
/// <param name="Dataset">The dataset's name in tables: that of the recipe, or <c>imagenet</c> or <c>mini-imagenet</c> for a folder.</param>
/// <param name="Recipe">At the paper's budget; its seed means nothing.</param>
public sealed record ExperimentCell(string Dataset, Recipe Recipe)
{
    /// <summary>What learns the wiring of a given cell, seed by seed; null where the recipe says it all.</summary>
    public WiringOrigin? WiringOf { get; init; }

    /// <summary>The paper's figure, or null; rivals have none.</summary>
    public PaperResult? Paper => Estimator is null or EstimatorKind.Paper || Estimator.Value.IsOurs()
        ? PaperResult.Of(Dataset, NetworkSize.Parse(Recipe.Network), Recipe.Rule)
        : null;

    /// <summary>Such as <c>20,4,8-learned-4</c>, or <c>20,4,8-learned-4-gumbel</c> where gates are not learned by the usual rule.</summary>
    public string Name
    {
        get
        {
            if (WiringOf is { } origin)
            {
                return $"{origin.Cell.Name}-{origin.Words}";
            }
            var rule = Recipe.Rule;
            var name = $"{Recipe.Network}-{rule.Text(between: "-")}";
            name += rule.WiringSeed is { } wiring ? string.Create(CultureInfo.InvariantCulture, $"-wiring{wiring}") : "";
            name += Estimator is { } estimator and not EstimatorKind.Relaxed ? $"-{estimator.Text()}" : "";
            return Recipe.Effective.Training.Gates.KeepBlocks ? $"{name}-kept" : name;
        }
    }

    /// <summary>The rule by which it learns gates; null where it learns none.</summary>
    public EstimatorKind? Estimator => Recipe.Connectivity == ConnectivityKind.Learned ? Recipe.Training.Gates.Estimator : null;

    /// <summary>The run of this cell for a seed, within a budget.</summary>
    public CellRun Run(Budget budget, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return new CellRun(this, budget.Apply(Recipe) with { Seed = seed })
        {
            WiringOf = WiringOf?.Cell.Run(budget, WiringOf.SeedFor(seed)),
        };
    }
}

/// <summary>Where a wiring comes from that is trained anew, from initial weights.</summary>
/// <param name="Cell">What learns it.</param>
/// <param name="Weights">The initial weights.</param>
public sealed record WiringOrigin(ExperimentCell Cell, InitialWeights Weights)
{
    /// <summary>In the field's words: <c>rewound</c> or <c>reinitialized</c>.</summary>
    public string Words => Weights == InitialWeights.Rewound ? "rewound" : "reinitialized";

    /// <summary>The seed whose wiring a run of this seed is trained under.</summary>
    public ulong SeedFor(ulong seed) => Weights == InitialWeights.Rewound ? seed : seed + 1;
}

/// <summary>From which weights a learned wiring is trained anew.</summary>
public enum InitialWeights
{
    /// <summary>Those under which it was learned: it may suit just these (a winning ticket).</summary>
    Rewound,

    /// <summary>Those of another seed: it has nothing but its shape.</summary>
    Reinitialized,
}

/// <summary>A cell with budget and seed: one run.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Recipe">What is run.</param>
public sealed record CellRun(ExperimentCell Cell, Recipe Recipe)
{
    /// <summary>The run whose final wiring is this one's, to be filled in by <see cref="Under"/>; null where the recipe says it all.</summary>
    public CellRun? WiringOf { get; init; }

    /// <summary>The same under a wiring.</summary>
    public CellRun Under(Connectivity wiring) => this with { Recipe = Recipe with { Wiring = ConnectivityJson.Write(wiring) } };

    /// <summary>
    /// The name of its folder, which tells the whole budget: <c>20,4,8-learned-4-16px-10000img-8ep-seed1</c>.
    /// </summary>
    public string Name
    {
        get
        {
            var name = new StringBuilder(Cell.Name);
            if (Recipe.Data.ImageSize is { } size)
            {
                name.Append(CultureInfo.InvariantCulture, $"-{size}px");
            }
            if (Recipe.Data.TrainLimit is { } limit)
            {
                name.Append(CultureInfo.InvariantCulture, $"-{limit}img");
            }
            return name.Append(CultureInfo.InvariantCulture, $"-{Recipe.Training.Epochs}ep-seed{Recipe.Seed}").ToString();
        }
    }
}

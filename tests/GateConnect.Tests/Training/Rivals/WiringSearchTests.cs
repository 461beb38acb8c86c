// Searches measure as many candidates as they were given, take the best of them, and evolution gets further than chance.
using GateConnect.Architecture;
using GateConnect.Training;
using GateConnect.Training.Rivals;

namespace GateConnect.Tests.Training.Rivals;

public sealed class WiringSearchTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(7, 8)]
    [InlineData(8, 8)]
    [InlineData(45, 8)]
    public void The_best_of_as_many_candidates_as_allowed_is_taken(int candidates, int population)
    {
        using var planted = new PlantedWirings();
        var task = PlantedWirings.Task(new GateOptions { Candidates = candidates, Population = population });
        foreach (var search in (Func<GateTask, Func<Connectivity, double>, Connectivity>[])[WiringSearch.Random, WiringSearch.Evolve])
        {
            var measured = new List<double>();
            var best = search(task, wiring =>
            {
                measured.Add(planted.Loss(wiring));
                return measured[^1];
            });
            Assert.Equal(candidates, measured.Count);
            Assert.Equal(measured.Min(), planted.Loss(best));
        }
    }

    [Fact]
    public void Evolution_gets_further_than_chance_with_as_many_candidates()
    {
        using var planted = new PlantedWirings();
        var differences = Enumerable.Range(1, 10).Select(seed =>
        {
            var task = PlantedWirings.Task(new GateOptions { Candidates = 96 }) with { Seeds = new((ulong)seed) };
            return planted.Found(WiringSearch.Evolve(task, planted.Loss)) - planted.Found(WiringSearch.Random(task, planted.Loss));
        }).ToArray();
        Assert.True(differences.Average() > 0.05, string.Join(' ', differences));
    }

    [Fact]
    public void Candidates_that_cannot_be_measured_are_never_taken()
    {
        var task = PlantedWirings.Task(new GateOptions { Candidates = 6 });
        var calls = 0;
        Connectivity? finite = null;
        Assert.Equal(
            WiringSearch.Random(task, wiring =>
            {
                finite ??= ++calls == 4 ? wiring : null;
                return ReferenceEquals(finite, wiring) ? 1 : double.PositiveInfinity;
            }),
            finite);
    }
}

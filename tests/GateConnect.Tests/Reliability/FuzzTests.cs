// Files that someone or something has changed: refused in one line that names them, or read as what they then say. The same
// attack in ten thousands is `GateConnect.Soak fuzz` (docs/reliability.md).
using GateConnect.Soak.Fuzz;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Reliability;

public sealed class FuzzTests
{
    private const int Inputs = 150;

    [Fact]
    public void No_changed_file_of_any_format_brings_a_reader_down_or_passes_a_checksum()
    {
        using var folder = new TemporaryFolder();
        var outcomes = FuzzTargets.In(folder.Path).Select(target => FuzzOutcome.Of(target, Inputs, seed: 7)).ToArray();
        Assert.Equal(23, outcomes.Length);
        Assert.Distinct(outcomes.Select(outcome => outcome.Format));
        Assert.Empty(outcomes.SelectMany(outcome => outcome.Broken));
        Assert.All(outcomes, outcome => Assert.InRange(outcome.Refused, Inputs / 10, Inputs));
        Assert.All(outcomes, outcome => Assert.Equal(outcome.Inputs, outcome.Refused + outcome.Read));
        Assert.All(outcomes, outcome => Assert.InRange(outcome.MostBytes, 0, 64 << 20));
    }
}

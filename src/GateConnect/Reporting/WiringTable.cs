// Who reads whom, as text for a terminal.
using System.Text;
using GateConnect.Architecture;

namespace GateConnect.Reporting;

/// <summary>Prints a wiring.</summary>
public static class WiringTable
{
    /// <summary>Per module, what every block reads and how many read it; then the dead blocks.</summary>
    /// <param name="blueprint">The network.</param>
    /// <param name="connectivity">Its wiring.</param>
    /// <exception cref="ArgumentException">The wiring does not fit the network.</exception>
    public static string Write(NetworkBlueprint blueprint, Connectivity connectivity)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        ArgumentNullException.ThrowIfNull(connectivity);
        var live = connectivity.LiveBlocks(blueprint);
        var text = new StringBuilder();
        for (var index = 0; index < live.Length; index++)
        {
            AppendModule(text, blueprint, connectivity, index, live[index]);
        }
        return text.Append(DeadLine(live)).ToString();
    }

    internal static string Reads(Connectivity connectivity, int module, int block, string separator) => module == 0
        ? "stem"
        : string.Join(separator, connectivity.Modules[module - 1].Reads[block].Select(source => Invariant.Text(source)));

    internal static string ReadBy(int[]? outDegrees, int block) => outDegrees is null ? "head" : Invariant.Text(outDegrees[block]);

    internal static int[]? OutDegrees(Connectivity connectivity, int module) =>
        module < connectivity.Modules.Length ? connectivity.Modules[module].OutDegrees() : null;

    private static void AppendModule(StringBuilder text, NetworkBlueprint blueprint, Connectivity connectivity, int index, bool[] live)
    {
        var module = blueprint.Modules[index];
        var fanIn = index == 0 ? "reads the stem" : $"fan-in {Invariant.Text(connectivity.Modules[index - 1].FanIn)}";
        text.Append(Invariant.Culture,
            $"module {Invariant.Text(index)}  stage {Invariant.Text(module.Stage)}, {Invariant.Text(module.OutputChannels)} channels, "
            + $"{Invariant.Text(live.Count(block => block))} of {Invariant.Text(live.Length)} blocks live, {fanIn}\n");
        var outDegrees = OutDegrees(connectivity, index);
        var table = new TextTable("  block", "reads", "read by", "");
        for (var block = 0; block < live.Length; block++)
        {
            table.Add(
                "  " + Invariant.Text(block), Reads(connectivity, index, block, " "), ReadBy(outDegrees, block), live[block] ? "" : "dead");
        }
        text.Append(table.Plain()).Append('\n');
    }

    internal static string DeadLine(bool[][] live)
    {
        var modules = live.Select((module, index) => (Index: index, Dead: Dead(module))).Where(module => module.Dead.Length > 0).ToArray();
        return modules.Length == 0
            ? "dead blocks: none\n"
            : "dead blocks: " + string.Join("; ", modules.Select(module =>
                $"module {Invariant.Text(module.Index)}: {string.Join(", ", module.Dead.Select(block => Invariant.Text(block)))}")) + "\n";
    }

    private static int[] Dead(bool[] live) => [.. Enumerable.Range(0, live.Length).Where(block => !live[block])];
}

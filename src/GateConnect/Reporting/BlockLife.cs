// Which blocks matter (PAPER section 1): the head reads every block of the last module; before it a block lives where a
// live block of the next module reads it. What is dead computes nothing that reaches the output.
using GateConnect.Architecture;

namespace GateConnect.Reporting;

internal static class BlockLife
{
    /// <summary>Per module and block, whether it is live.</summary>
    public static bool[][] Of(NetworkBlueprint blueprint, Connectivity connectivity)
    {
        if (!connectivity.Fits(blueprint))
        {
            throw new ArgumentException("the wiring does not fit the blueprint's modules and blocks", nameof(connectivity));
        }
        var live = blueprint.Modules.Select(module => new bool[module.Blocks]).ToArray();
        Array.Fill(live[^1], true);
        for (var index = live.Length - 1; index > 0; index--)
        {
            var reads = connectivity.Modules[index - 1].Reads;
            for (var reader = 0; reader < reads.Length; reader++)
            {
                foreach (var source in live[index][reader] ? reads[reader] : [])
                {
                    live[index - 1][source] = true;
                }
            }
        }
        return live;
    }

    /// <summary>The dead blocks of a module, ascending.</summary>
    public static int[] Dead(bool[] live) => [.. Enumerable.Range(0, live.Length).Where(block => !live[block])];

    /// <summary>The blueprint without its dead blocks.</summary>
    public static NetworkBlueprint Prune(NetworkBlueprint blueprint, bool[][] live) =>
        blueprint.WithBlocks([.. live.Select(module => module.Count(block => block))]);
}

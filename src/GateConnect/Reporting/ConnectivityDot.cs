// A wiring in the DOT language of graph tools, the same text for the same wiring: modules are clusters from left to right,
// blocks are nodes named m2b5, thicker edges have larger real gates, dead blocks are dashed.
using System.Text;
using GateConnect.Architecture;

namespace GateConnect.Reporting;

/// <summary>Writes wirings as DOT.</summary>
public static class ConnectivityDot
{
    /// <summary>The graph of who reads whom.</summary>
    /// <inheritdoc cref="ConnectivityPicture.Draw"/>
    /// <returns>One directed graph, edges from source to reader, each with its real gate as <c>gate</c> where it is known.</returns>
    public static string Write(NetworkBlueprint blueprint, Connectivity connectivity, IReadOnlyList<float[,]>? gates = null)
    {
        var scene = new WiringScene(blueprint, connectivity, gates);
        var text = new StringBuilder();
        text.Append(Invariant.Culture, $"digraph \"{blueprint.Size}\" {{\n");
        text.Append("  rankdir=LR; ranksep=1.2; nodesep=0.08;\n");
        text.Append("  node [shape=circle, width=0.3, fixedsize=true, fontsize=10, style=filled, fillcolor=\"#dfe5fb\"];\n");
        text.Append("  edge [arrowsize=0.4, color=\"#3b5bdb\"];\n  stem [shape=box, fixedsize=false];\n  head [shape=box, fixedsize=false];\n");
        for (var module = 0; module < scene.Live.Length; module++)
        {
            AppendModule(text, scene, module);
        }
        AppendEnds(text, scene);
        for (var module = 1; module < scene.Live.Length; module++)
        {
            foreach (var edge in scene.Edges(module).OrderBy(edge => edge.Reader).ThenBy(edge => edge.Source))
            {
                AppendEdge(text, edge);
            }
        }
        return text.Append("}\n").ToString();
    }

    private static void AppendModule(StringBuilder text, WiringScene scene, int module)
    {
        text.Append(Invariant.Culture, $"  subgraph cluster_{Invariant.Text(module)} {{\n    label=\"module {Invariant.Text(module)}\"; color=\"#c9cedb\";\n");
        for (var block = 0; block < scene.Live[module].Length; block++)
        {
            var look = scene.Live[module][block] ? "" : ", style=dashed, fontcolor=\"#8a93a5\"";
            text.Append(Invariant.Culture,
                $"    {Node(module, block)} [label=\"{Invariant.Text(block)}\", tooltip=\"{scene.Describe(module, block)}\"{look}];\n");
        }
        text.Append("  }\n");
    }

    private static void AppendEnds(StringBuilder text, WiringScene scene)
    {
        var last = scene.Live.Length - 1;
        foreach (var (from, to) in Enumerable.Range(0, scene.Live[0].Length).Select(block => ("stem", Node(0, block)))
            .Concat(Enumerable.Range(0, scene.Live[last].Length).Select(block => (Node(last, block), "head"))))
        {
            text.Append(Invariant.Culture, $"  {from} -> {to} [color=\"#8a93a5\"];\n");
        }
    }

    private static void AppendEdge(StringBuilder text, WiringEdge edge)
    {
        var gate = edge.Gate is { } known ? $", gate={Invariant.Fixed(known, 4)}" : "";
        var look = edge.Alive ? "" : ", style=dashed, color=\"#8a93a5\"";
        var width = Invariant.Fixed(0.4 + (2 * edge.Strength), 2);
        text.Append(Invariant.Culture,
            $"  {Node(edge.Module - 1, edge.Source)} -> {Node(edge.Module, edge.Reader)} [penwidth={width}{gate}{look}];\n");
    }

    private static string Node(int module, int block) => $"m{Invariant.Text(module)}b{Invariant.Text(block)}";
}

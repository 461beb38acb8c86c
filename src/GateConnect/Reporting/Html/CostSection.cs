// What pruning removes, and what the network costs before and after, module by module.
using GateConnect.Architecture;
using GateConnect.Pruning;

namespace GateConnect.Reporting.Html;

/// <summary>The prune plan and the costs.</summary>
internal static class CostSection
{
    /// <summary>The section.</summary>
    public static Markup Write(ReportContent content)
    {
        var section = Markup.Of($"<section id=\"cost\"><h2>Pruning and cost</h2>\n");
        var affine = content.Record.Recipe.LastNormAffine;
        var plan = content.Wiring is { } wiring ? PrunePlan.From(content.Blueprint, wiring, affine) : null;
        if (plan is not null)
        {
            if (content.Record.Results is null)
            {
                section.Add($"<p class=\"note\">What would be removed if training ended here.</p>\n");
            }
            section.Add($"<pre class=\"plan\">{plan}</pre>\n");
        }
        var form = content.Record.Recipe.Rule.Form;
        var (before, after) = (content.Blueprint, plan?.Pruned ?? content.Blueprint);
        var table = new HtmlTable("module", "#stage", "dropped", "#blocks", "#parameters", "#pruned to", "#multiply-adds", "#pruned to");
        for (var index = 0; index < before.Modules.Count; index++)
        {
            var cost = (CostModel.OfModule(before, index, form, affine), CostModel.OfModule(after, index, form, affine));
            var blocks = $"{Invariant.Text(after.Modules[index].Blocks)} / {Invariant.Text(before.Modules[index].Blocks)}";
            Row(table, (Invariant.Text(index), Invariant.Text(before.Modules[index].Stage)), plan?.Modules[index], cost, blocks);
        }
        var whole = (CostModel.Of(before, form, affine), CostModel.Of(after, form, affine));
        Row(table, ("all, with stem and head", ""), null, whole, $"{Invariant.Text(after.Blocks)} / {Invariant.Text(before.Blocks)}");
        return section.Add($"{table.Write()}<p class=\"note\">Multiply-adds of the convolutions and the head, per image, forward.</p></section>\n");
    }

    private static void Row(
        HtmlTable table, (string Module, string Stage) name, ModulePrune? prune, (NetworkCost Before, NetworkCost After) cost, string blocks) =>
        table.Add(
            name.Module, name.Stage, prune is { Dropped.IsEmpty: false } ? string.Join(", ", prune.Dropped) : "", blocks,
            Invariant.Grouped(cost.Before.Parameters), Pruned(cost.Before.Parameters, cost.After.Parameters),
            Invariant.Grouped(cost.Before.MultiplyAdds), Pruned(cost.Before.MultiplyAdds, cost.After.MultiplyAdds));

    private static string Pruned(long before, long after) => before == after ? "=" : $"{Invariant.Grouped(after)} ({Invariant.Change(before, after)})";
}

// A network in numbers, module by module: what `inspect` prints, as a value, as JSON and as text.
using System.Text;
using System.Text.Json;
using GateConnect.Architecture;

namespace GateConnect.Reporting;

/// <summary>Costs of a network and of each of its modules.</summary>
/// <param name="Network">The size, as <c>20,4,8</c>.</param>
/// <param name="Image">Channels x height x width.</param>
/// <param name="Classes">Classes of the head.</param>
/// <param name="Connectivity">The kind of wiring.</param>
/// <param name="FanIn">K before pruning.</param>
/// <param name="Parameters">Trainable weights in the form that this wiring uses, gates apart.</param>
/// <param name="ParametersAsBranches">The same in the branch form.</param>
/// <param name="ParametersAsResNeXt">The same as ResNeXt.</param>
/// <param name="Gates">Real-valued gates while they are learned; 0 where none are.</param>
/// <param name="MultiplyAdds">Per image, forward.</param>
/// <param name="ActivationBytes">What a training step keeps per image.</param>
/// <param name="RecomputedActivationBytes">The same where module outputs are made again in backward.</param>
/// <param name="Modules">How many modules.</param>
/// <param name="Blocks">Residual blocks over all modules.</param>
/// <param name="StemShape">Output of the stem, channels x height x width.</param>
/// <param name="Rows">One row per module.</param>
public sealed record NetworkTable(
    string Network,
    string Image,
    int Classes,
    ConnectivityKind Connectivity,
    int FanIn,
    long Parameters,
    long ParametersAsBranches,
    long ParametersAsResNeXt,
    long Gates,
    long MultiplyAdds,
    long ActivationBytes,
    long RecomputedActivationBytes,
    int Modules,
    int Blocks,
    string StemShape,
    IReadOnlyList<ModuleRow> Rows)
{
    /// <summary>The table of a network under a rule of wiring; pruned blueprints are welcome.</summary>
    /// <param name="blueprint">The network.</param>
    /// <param name="rule">How it is wired; decides the form.</param>
    /// <param name="affine">Whose the last norms' affine is.</param>
    public static NetworkTable Of(NetworkBlueprint blueprint, ConnectivityRule rule, LastNormAffine affine = LastNormAffine.Shared)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        var form = rule.Form;
        var cost = CostModel.Of(blueprint, form, affine);
        var (height, width) = blueprint.StemOutput;
        var fanIn = rule.FanInOf(blueprint.Size.Cardinality);
        return new NetworkTable(
            blueprint.Size.ToString(),
            blueprint.Image.ToString(),
            blueprint.Classes,
            rule.Kind,
            fanIn,
            cost.Parameters,
            CostModel.Of(blueprint, NetworkForm.Branches, affine).Parameters,
            CostModel.Of(blueprint, NetworkForm.ResNeXt, affine).Parameters,
            rule.Kind == ConnectivityKind.Learned ? cost.Gates : 0,
            cost.MultiplyAdds,
            cost.ActivationBytes,
            RecomputationPlan.Of(blueprint, form).PeakBytes(cost.ActivationBytes),
            blueprint.Modules.Count,
            blueprint.Blocks,
            Shape(blueprint.Stem.Channels, height, width),
            [.. blueprint.Modules.Select((_, index) => Row(blueprint, index, fanIn, CostModel.OfModule(blueprint, index, form, affine)))]);
    }

    /// <summary>One indented JSON document with integers <c>parameters</c>, <c>multiplyAdds</c> and <c>modules</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Indented.NetworkTable) + "\n";

    /// <summary>The table as plain text for a terminal.</summary>
    /// <param name="width">Characters that a line has room for; columns that do not fit are named below.</param>
    public string Write(int width = int.MaxValue)
    {
        var table = new TextTable("module", "stage", "in", "out", "blocks", "width", "fan-in", "parameters", "multiply-adds", "activations");
        foreach (var row in Rows)
        {
            table.Add(
                Invariant.Text(row.Module), Invariant.Text(row.Stage), row.InputShape, row.OutputShape, Invariant.Text(row.Blocks),
                Invariant.Text(row.BottleneckWidth), row.FanIn is { } fanIn ? Invariant.Text(fanIn) : "stem", Invariant.Grouped(row.Parameters),
                Invariant.Grouped(row.MultiplyAdds), Invariant.Bytes(row.ActivationBytes));
        }
        var text = new StringBuilder();
        text.Append(Invariant.Culture, $"network {{{Network}}}: {Image} images, {Invariant.Text(Classes)} classes, stem {StemShape}\n\n");
        text.Append(table.Plain(width)).Append('\n');
        text.Append(Invariant.Culture, $"modules              {Invariant.Grouped(Modules)}, of {Invariant.Grouped(Blocks)} blocks in all\n");
        text.Append(Invariant.Culture, $"parameters           {Invariant.Grouped(Parameters)}");
        text.Append(Invariant.Culture,
            $" (branch form {Invariant.Grouped(ParametersAsBranches)}, as ResNeXt {Invariant.Grouped(ParametersAsResNeXt)}; gates apart)\n");
        text.Append(Invariant.Culture, $"gates while learned  {Invariant.Grouped(Gates)}\n");
        text.Append(Invariant.Culture, $"multiply-adds/image  {Invariant.Grouped(MultiplyAdds)}\n");
        text.Append(Invariant.Culture, $"activations/image    {Invariant.Bytes(ActivationBytes)} kept by a training step, ");
        text.Append(Invariant.Culture, $"{Invariant.Bytes(RecomputedActivationBytes)} with --recompute always\n");
        return text.ToString();
    }

    private static ModuleRow Row(NetworkBlueprint blueprint, int index, int fanIn, NetworkCost cost)
    {
        var module = blueprint.Modules[index];
        var (inHeight, inWidth) = index == 0 ? blueprint.StemOutput : blueprint.OutputOf(index - 1);
        var (outHeight, outWidth) = blueprint.OutputOf(index);
        return new ModuleRow(
            index, module.Stage, Shape(module.InputChannels, inHeight, inWidth), Shape(module.OutputChannels, outHeight, outWidth),
            module.Blocks, module.BottleneckWidth, index == 0 ? null : Math.Min(fanIn, blueprint.Modules[index - 1].Blocks),
            cost.Parameters, cost.MultiplyAdds, cost.ActivationBytes);
    }

    private static string Shape(int channels, int height, int width) =>
        $"{Invariant.Text(channels)}x{Invariant.Text(height)}x{Invariant.Text(width)}";
}

/// <summary>One module of a <see cref="NetworkTable"/>.</summary>
/// <param name="Module">Index, from 0.</param>
/// <param name="Stage">Stage, from 0.</param>
/// <param name="InputShape">Of what each block reads, channels x height x width.</param>
/// <param name="OutputShape">Of each block's output.</param>
/// <param name="Blocks">Residual blocks.</param>
/// <param name="BottleneckWidth">Channels w of each block's 3x3 convolution.</param>
/// <param name="FanIn">Blocks that each block reads; null for the first module, which reads the stem.</param>
/// <param name="Parameters">Trainable weights, gates apart.</param>
/// <param name="MultiplyAdds">Per image, forward.</param>
/// <param name="ActivationBytes">What a training step keeps per image.</param>
public sealed record ModuleRow(
    int Module,
    int Stage,
    string InputShape,
    string OutputShape,
    int Blocks,
    int BottleneckWidth,
    int? FanIn,
    long Parameters,
    long MultiplyAdds,
    long ActivationBytes);

// How to repeat the run: command, images, machine and versions, and every option of the recipe.
namespace GateConnect.Reporting.Html;

/// <summary>Recipe and environment.</summary>
internal static class RecipeSection
{
    /// <summary>The section.</summary>
    public static Markup Write(ReportContent content)
    {
        var (record, machine) = (content.Record, content.Record.Machine);
        var facts = new HtmlTable("fact", "value");
        facts.Add("seed", record.Recipe.Seed);
        if (record.Recipe.From.Words is { } start)
        {
            facts.Add("started from", start);
        }
        facts.Add("commit", GitState.Words(record.Git));
        facts.Add("training images", $"{Invariant.Grouped(record.Dataset.TrainImages)} of {record.Dataset.Image}, sha256 {record.Dataset.TrainFingerprint}");
        facts.Add("test images", $"{Invariant.Grouped(record.Dataset.TestImages)}, sha256 {record.Dataset.TestFingerprint}");
        facts.Add("versions", $"GateConnect {machine.GateConnect}, TorchSharp {machine.TorchSharp}, libtorch {machine.LibTorch}, .NET {machine.DotNet}");
        var threads = record.Recipe.Threads is { } count ? $"{Invariant.Text(count)} used" : "all used";
        facts.Add(
            "machine",
            $"{machine.Processor}, {Invariant.Text(machine.Cores)} cores ({threads}), {machine.VectorInstructions}, "
            + $"{Invariant.Bytes(machine.MemoryBytes)}, {machine.System}");
        var section = Markup.Of($"<section id=\"recipe\"><h2>How to repeat it</h2>\n<p>Where RUN is the folder of this run:</p>");
        section.Add($"<pre>gateconnect train --config RUN/run.json --out again</pre>\n<div class=\"facts\">{facts.Write()}</div>");
        section.Add($"<details><summary>The whole recipe, defaults included</summary><pre>{RecipeFile.Print(record.Recipe)}</pre></details></section>\n");
        return section;
    }
}

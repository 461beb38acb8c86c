// What an exported network may say about its run: nothing that names a place, machine or time.
using System.Text.Json;
using GateConnect.Export;

namespace GateConnect.Reporting;

/// <summary>Provenance from a run's record.</summary>
public static class RunProvenance
{
    /// <summary>Recipe without the path of the data, accuracy on the test images, and commit.</summary>
    public static OnnxProvenance Of(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var recipe = record.Recipe with { Data = record.Recipe.Data with { Path = null } };
        return new OnnxProvenance(
            JsonSerializer.Serialize(recipe, ReportJson.Lines.Recipe), record.Results?.Test.Top1Percent, record.Git?.Commit);
    }
}

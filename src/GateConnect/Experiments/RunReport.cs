// The report of a finished or unfinished run, made from its folder, and from its images where they are at hand: for thumbnails,
// and for the measurement in detail that older runs did not keep.
using GateConnect.Data;
using GateConnect.Model;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Training;

namespace GateConnect.Experiments;

/// <summary>Whether a report shows images.</summary>
public enum ThumbnailPolicy
{
    /// <summary>Those of the most confident mistakes, where the test images are found on this machine.</summary>
    WhereFound,

    /// <summary>None, and no images are read: for reports that are published.</summary>
    None,
}

/// <summary>What goes into a report beside the run folder.</summary>
public sealed record ReportRequest
{
    /// <summary>Whether images are shown; default where they are found.</summary>
    public ThumbnailPolicy Thumbnails { get; init; } = ThumbnailPolicy.WhereFound;

    /// <summary>Where the images are; null for where the run had them, or the usual places.</summary>
    public string? DataPath { get; init; }

    /// <summary>Runs to compare with, beside the finished ones in the same parent folder.</summary>
    public IReadOnlyList<RunFolder> Baselines { get; init; } = [];

    /// <summary>Where datasets are looked for; nothing is fetched. Default the environment's places.</summary>
    public DatasetPlaces Places { get; init; } = DatasetPlaces.FromEnvironment();
}

/// <summary>Writes reports.</summary>
public static class RunReport
{
    /// <summary>Writes every page of a run anew.</summary>
    /// <param name="folder">The run; claimed by the caller.</param>
    /// <param name="request">What else goes in.</param>
    /// <param name="events">Hears what was left out, and why.</param>
    /// <param name="cancel">Ends the reading of images.</param>
    /// <returns>The files written, in the order in which they are best read.</returns>
    /// <exception cref="DataException">A file of the run is missing or damaged, or the images named are not those of the run.</exception>
    /// <exception cref="OutputException">A page cannot be written.</exception>
    public static IReadOnlyList<string> Write(RunFolder folder, ReportRequest request, RunEvents events, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(events);
        var record = RunRecord.Read(folder.RecordPath);
        RunRecord[] others = [.. request.Baselines.Select(baseline => Baseline(baseline, record, events)), .. RunGroups.Beside(folder)];
        var images = request.Thumbnails == ThumbnailPolicy.None || record.Results is null ? null : FindImages(record, request, events, cancel);
        var measured = images is not null && !File.Exists(folder.EvaluationPath) && File.Exists(folder.ModelPath);
        if (measured)
        {
            Measure(folder, images!, events, cancel);
        }
        var written = RunPages.Write(folder, record, new PageInputs(others) { TestImages = images });
        return measured ? [.. written, folder.EvaluationPath] : written;
    }

    /// <summary>The record of a run that is complete.</summary>
    /// <exception cref="DataException">It is not, or cannot be read.</exception>
    internal static RunRecord Finished(RunFolder folder)
    {
        var record = RunRecord.Read(folder.RecordPath);
        return record.Results is not null
            ? record
            : throw new DataException(
                $"{folder.Path}: the run is not complete and has no result to compare; finish it with: gateconnect train --resume {folder.Path}");
    }

    private static RunRecord Baseline(RunFolder folder, RunRecord record, RunEvents events)
    {
        var baseline = Finished(folder);
        if (!RunGroups.AreComparable(record, baseline))
        {
            events.Note?.Invoke($"{folder.Path}: not set beside the run, as network, images or budget differ; "
                + "'gateconnect report' with both runs compares them all the same");
        }
        return baseline;
    }

    // What the user named must fit; what is only looked for may be missing.
    private static ImageDataset? FindImages(RunRecord record, ReportRequest request, RunEvents events, CancellationToken cancel)
    {
        try
        {
            var data = record.Recipe.Data with { Path = request.DataPath ?? record.Recipe.Data.Path };
            var test = ReadTest(record.Recipe with { Data = data }, request.Places, events, cancel);
            return test.Fingerprint() == record.Dataset.TestFingerprint
                ? test
                : throw new DataException($"{request.DataPath ?? record.Dataset.Name}: the test images are not those that the run was measured on");
        }
        catch (Exception failure) when (request.DataPath is null && (failure is DataException or ConfigurationException))
        {
            events.Note?.Invoke($"without thumbnails: {failure.Message}");
            return null;
        }
    }

    private static ImageDataset ReadTest(Recipe recipe, DatasetPlaces places, RunEvents events, CancellationToken cancel)
    {
        var kind = DatasetKinds.Parse(recipe.Data.Dataset);
        var path = DatasetCatalog.Find(kind) is { } entry ? new DatasetLocator(places).Locate(entry, recipe.Data.Path).Require().Path
            : kind == DatasetKind.Folder ? DatasetLocator.LocateFolder(recipe.Data.Path).Path
            : null;
        return RunData.ReadParts(recipe, path, events, cancel).Test;
    }

    private static void Measure(RunFolder folder, ImageDataset images, RunEvents events, CancellationToken cancel)
    {
        events.Note?.Invoke($"{folder.EvaluationPath}: not there; measuring {folder.ModelPath} anew");
        TorchRuntime.EnsureLoaded();
        using var model = ModelFile.Load(folder.ModelPath);
        EvaluationRecord.Of(Evaluator.Run(model.Network, images, model.Header.Normalization, cancel)).Write(folder.EvaluationPath);
    }
}

// The pages of a run folder that are made from the rest of it: report, pictures and summary. They can be made again at any time.
using System.Globalization;
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Reporting;
using GateConnect.Reporting.Html;
using GateConnect.Runtime;

namespace GateConnect.Experiments;

/// <summary>What pages show beside what the folder holds.</summary>
/// <param name="Others">Finished runs; those that differ in wiring and seed alone are set beside this one.</param>
internal sealed record PageInputs(IReadOnlyList<RunRecord> Others)
{
    /// <summary>The test images, for thumbnails; null leaves those out.</summary>
    public ImageDataset? TestImages { get; init; }
}

/// <summary>Writes report.html, the pictures of the wiring, the curves and the summary.</summary>
public static class RunPages
{
    /// <summary>Makes the pages from run.json, metrics.jsonl, connectivity.json and evaluation.json, without images.</summary>
    /// <returns>The files written, in the order in which they are best read.</returns>
    /// <exception cref="DataException">One of those files is missing or damaged.</exception>
    /// <exception cref="OutputException">A page cannot be written.</exception>
    public static IReadOnlyList<string> Write(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Write(folder, RunRecord.Read(folder.RecordPath), new PageInputs([.. RunGroups.Beside(folder)]));
    }

    /// <summary>The same for a record that is not written yet, and with images.</summary>
    internal static IReadOnlyList<string> Write(RunFolder folder, RunRecord record, PageInputs inputs)
    {
        var content = Read(folder, record) with { TestImages = inputs.TestImages, Groups = Groups(record, inputs.Others) };
        string[] pictures = [.. WritePictures(folder, content), .. WriteCurves(folder, content)];
        AtomicFile.WriteAllText(folder.ReportPath, ReportPage.Write(content));
        AtomicFile.WriteAllText(folder.SummaryPath, SummaryReport.Write(content));
        return [folder.ReportPath, folder.SummaryPath, .. pictures];
    }

    /// <summary>What a run folder holds.</summary>
    /// <exception cref="DataException">A file is damaged, or does not fit run.json.</exception>
    internal static ReportContent Read(RunFolder folder, RunRecord record)
    {
        var blueprint = BlueprintOf(record);
        var diary = File.Exists(folder.ConnectivityPath) ? GateDiary.Read(folder.ConnectivityPath) : null;
        if (diary is not null && !diary.Fits(blueprint))
        {
            throw new DataException($"{folder.ConnectivityPath}: its wiring is not one of the network {record.Recipe.Network} in run.json");
        }
        return new ReportContent
        {
            Record = record,
            Blueprint = blueprint,
            Diary = diary,
            Epochs = File.Exists(folder.MetricsPath) ? MetricsLog.Read(folder.MetricsPath) : [],
            Evaluation = File.Exists(folder.EvaluationPath) ? EvaluationRecord.Read(folder.EvaluationPath, record.Dataset.ClassNames.Count) : null,
        };
    }

    /// <summary>The network of a run before pruning.</summary>
    /// <exception cref="DataException">The record names no shape of images.</exception>
    public static NetworkBlueprint BlueprintOf(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        int[] sizes = [.. record.Dataset.Image.Split('x').Select(number =>
            int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0)];
        return sizes.Length == 3
            ? NetworkBlueprint.Create(
                NetworkSize.Parse(record.Recipe.Network), new ImageShape(sizes[0], sizes[1], sizes[2]), record.Dataset.ClassNames.Count)
            : throw new DataException(
                $"run.json: dataset.image is '{UntrustedText.Printable(record.Dataset.Image)}', expected channels x height x width as in 3x32x32");
    }

    private static string[] WritePictures(RunFolder folder, ReportContent content)
    {
        if (content.Wiring is not { } wiring)
        {
            return [];
        }
        var (blueprint, gates) = (content.Blueprint, content.Gates);
        AtomicFile.WriteAllText(folder.PicturePath, ConnectivityPicture.Draw(blueprint, wiring, gates));
        AtomicFile.Write(folder.PicturePngPath, stream => stream.Write(ConnectivityPicture.Png(blueprint, wiring, gates)));
        AtomicFile.WriteAllText(folder.DotPath, ConnectivityDot.Write(blueprint, wiring, gates));
        return [folder.PicturePath, folder.PicturePngPath, folder.DotPath];
    }

    private static string[] WriteCurves(RunFolder folder, ReportContent content)
    {
        if (content.Epochs.Count == 0)
        {
            return [];
        }
        AtomicFile.Write(folder.CurvesPath, stream => stream.Write(CurvesPicture.Svg(content.Epochs)));
        AtomicFile.Write(folder.CurvesPngPath, stream => stream.Write(CurvesPicture.Png(content.Epochs)));
        return [folder.CurvesPath, folder.CurvesPngPath];
    }

    private static GroupRow[] Groups(RunRecord record, IReadOnlyList<RunRecord> others) => record.Results is null ? [] :
    [
        .. RunGroups.Of([record, .. others.Where(other => RunGroups.AreComparable(record, other))])
            .Select((group, index) => group.Row() with { IsOwn = index == 0 }),
    ];
}

// The pages of a run folder that are made from the rest of it: pictures and summary. They can be made again at any time.
using GateConnect.Architecture;
using GateConnect.Data;
using GateConnect.Reporting;
using GateConnect.Runtime;

namespace GateConnect.Experiments;

/// <summary>Writes connectivity.svg, the curves and the summary.</summary>
public static class RunPages
{
    /// <summary>Makes the pages from run.json, metrics.jsonl and connectivity.json.</summary>
    /// <returns>The files written, in the order in which they are best read.</returns>
    /// <exception cref="DataException">One of those files is missing or damaged.</exception>
    /// <exception cref="OutputException">A page cannot be written.</exception>
    public static IReadOnlyList<string> Write(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Write(folder, RunRecord.Read(folder.RecordPath));
    }

    /// <summary>The same for a record that is not written yet.</summary>
    internal static IReadOnlyList<string> Write(RunFolder folder, RunRecord record)
    {
        var epochs = File.Exists(folder.MetricsPath) ? MetricsLog.Read(folder.MetricsPath) : [];
        var diary = File.Exists(folder.ConnectivityPath) ? GateDiary.Read(folder.ConnectivityPath) : null;
        var blueprint = BlueprintOf(record);
        var wiring = diary?.Final ?? diary?.Epochs.LastOrDefault()?.TopK;
        var written = new List<string>();
        if (wiring is not null)
        {
            var gates = diary!.Epochs.LastOrDefault()?.RealGates;
            AtomicFile.WriteAllText(folder.PicturePath, ConnectivityPicture.Draw(blueprint, wiring, gates));
            written.Add(folder.PicturePath);
        }
        if (epochs.Count > 0)
        {
            AtomicFile.Write(folder.CurvesPath, stream => stream.Write(CurvesPicture.Svg(epochs)));
            AtomicFile.Write(folder.CurvesPngPath, stream => stream.Write(CurvesPicture.Png(epochs)));
            written.AddRange([folder.CurvesPath, folder.CurvesPngPath]);
        }
        AtomicFile.WriteAllText(folder.SummaryPath, SummaryReport.Write(new SummaryContent
        {
            Record = record,
            Blueprint = blueprint,
            Connectivity = wiring,
            Epochs = epochs,
            Pictures = [.. written.Where(path => path.EndsWith(".svg", StringComparison.Ordinal)).Select(path => Path.GetFileName(path))],
        }));
        return [folder.SummaryPath, .. written];
    }

    /// <summary>The network of a run before pruning.</summary>
    public static NetworkBlueprint BlueprintOf(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var sizes = record.Dataset.Image.Split('x').Select(number => int.Parse(number, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        return NetworkBlueprint.Create(
            NetworkSize.Parse(record.Recipe.Network), new ImageShape(sizes[0], sizes[1], sizes[2]), record.Dataset.ClassNames.Count);
    }
}

// Loss, accuracy and learning rate over epochs.
using GateConnect.Training;

namespace GateConnect.Reporting.Html;

/// <summary>The curves of training.</summary>
internal static class TrainingSection
{
    /// <summary>The section; empty before the first epoch, and one sentence where a finished run did not keep it.</summary>
    public static Markup Write(ReportContent content)
    {
        if (content.Epochs.Count == 0)
        {
            return content.Record.Results is null
                ? new Markup()
                : Markup.Of($"<section id=\"training\"><h2>Training</h2>\n")
                    .Add($"<p class=\"note\">The curves were not kept: the run has no metrics.jsonl.</p></section>\n");
        }
        LineChart[] charts =
        [
            new("loss", [Line("train", 0, report => report.TrainLoss), Line("held out", 1, report => report.HeldLoss)]),
            new("top-1 accuracy, %", [Line("train", 0, report => report.TrainTop1Percent), Line("held out", 1, report => report.HeldTop1Percent)]),
            new("learning rate", [Line("rate", 2, report => report.LearningRate)]),
        ];
        var section = Markup.Of($"<section id=\"training\"><h2>Training</h2>\n<div class=\"charts\">");
        section.Each(charts.Select(chart => chart with { MarkAfter = content.GatesFixedAfter }), chart => $"{chart.Write()}");
        var test = content.Record.Results is null ? "The test images have not been read yet." : "The test images were read once, after the last epoch.";
        section.Add($"</div>\n<p class=\"note\">Training loss and accuracy are means over the epoch as images came, augmented and in training mode. ");
        return section.Add($"{test}</p></section>\n");

        ChartLine Line(string name, int look, Func<EpochReport, double?> value) =>
            ChartLine.Of(name, look, content.Epochs, report => (report.Epoch, value(report)));
    }
}

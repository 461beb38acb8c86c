// Progress as people see it: a bar on a screen, plain lines elsewhere. The loop reports numbers; time and layout are
// added here.
using System.Diagnostics;
using System.Globalization;
using GateConnect.Experiments;
using GateConnect.Reporting;
using GateConnect.Training;
using Spectre.Console;

namespace GateConnect.Cli;

/// <summary>Shows a training run. One instance per run.</summary>
internal sealed class TrainingProgress(Voice voice)
{
    private const int EstimateAfterSteps = 20;
    private const int SkippedSteps = 3; // The first steps also plan and allocate.
    private const double LineEverySeconds = 15;

    private readonly Stopwatch clock = new();
    private ProgressTask? bar;
    private (long Step, long Images, double Seconds) origin;
    private double lastLine;
    private double lastHeard;
    private int stepsSeen;
    private string gates = "";

    /// <summary>Trains, showing how it goes.</summary>
    /// <returns>Whether training came to its end.</returns>
    public bool Train(PreparedRun run, RunEvents events, CancellationToken cancel)
    {
        clock.Restart();
        var shown = events with { Step = Step, Search = Search, Epoch = Epoch };
        if (voice.Screen is not { } screen)
        {
            return run.Train(shown, cancel);
        }
        return screen.Progress().AutoClear(true)
            .Columns(new ProgressBarColumn { Width = 30 }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                bar = context.AddTask("starting");
                return run.Train(shown, cancel);
            });
    }

    private void Step(StepReport step)
    {
        var now = lastHeard = clock.Elapsed.TotalSeconds;
        stepsSeen++;
        if (stepsSeen == SkippedSteps)
        {
            origin = (step.Step, step.Images, now);
        }
        if (stepsSeen == EstimateAfterSteps)
        {
            var (left, rate) = (Duration(Left(step, now)), Rate(step, now));
            Note(string.Create(
                CultureInfo.InvariantCulture,
                $"{"estimate",-11}{left} of training left, at {rate:0} images/s (from the first {EstimateAfterSteps} of {step.TotalSteps} steps)"));
        }
        if (bar is { } task)
        {
            task.MaxValue = step.TotalSteps;
            task.Value = step.Step;
            task.Description = Markup.Escape(Describe(step, now) + gates);
        }
        else if (now - lastLine >= LineEverySeconds && stepsSeen > SkippedSteps)
        {
            lastLine = now;
            voice.Say($"  step {step.Step}/{step.TotalSteps}  {Describe(step, now)}");
        }
    }

    // Its time is none of the steps', whose rate says what is left.
    private void Search(SearchReport search)
    {
        var now = clock.Elapsed.TotalSeconds;
        var took = now - lastHeard;
        (lastHeard, origin.Seconds) = (now, origin.Seconds + took);
        var left = Duration(took * (search.Candidates - search.Measured));
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"wiring {search.Measured}/{search.Candidates} measured  loss {search.Loss:0.000}, best {search.BestLoss:0.000}  {left} of search left");
        if (bar is { } task)
        {
            task.Description = Markup.Escape(text);
        }
        else if (now - lastLine >= LineEverySeconds || search.Measured == search.Candidates)
        {
            lastLine = now;
            voice.Say($"  {text}");
        }
    }

    private void Epoch(EpochReport epoch, EpochTiming timing)
    {
        lastLine = clock.Elapsed.TotalSeconds;
        gates = Gates(epoch);
        var held = epoch.HeldTop1Percent is { } percent ? string.Create(CultureInfo.InvariantCulture, $"  held out {percent:0.00} %") : "";
        var rate = string.Create(CultureInfo.InvariantCulture, $"  {timing.ImagesPerSecond:0} images/s");
        Note(string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {epoch.Epoch,3}  {Phase(epoch.Phase)}  loss {epoch.TrainLoss:0.0000}  accuracy {epoch.TrainTop1Percent:0.00} %{held}{rate}{gates}"));
    }

    private void Note(string line) => voice.Say(line);

    private string Describe(StepReport step, double now)
    {
        var (phase, rate, left) = (Phase(step.Phase).TrimEnd(), Rate(step, now), Duration(Left(step, now)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {step.Epoch}/{step.Epochs} {phase}  loss {step.Loss:0.000}  accuracy {step.Top1Percent:0.0} %  {rate:0} images/s  {left} left");
    }

    private double Rate(StepReport step, double now) =>
        now > origin.Seconds ? (step.Images - origin.Images) / (now - origin.Seconds) : 0;

    private double Left(StepReport step, double now) => step.Step > origin.Step
        ? (step.TotalSteps - step.Step) * (now - origin.Seconds) / (step.Step - origin.Step)
        : 0;

    private static string Phase(TrainingPhase phase) => phase == TrainingPhase.Gates ? "gates+weights" : "weights      ";

    private static string Gates(EpochReport epoch)
    {
        var live = epoch.LiveBlocks is { } blocks ? $"  live blocks {blocks.Sum()}" : "";
        return epoch.GateEntropy is { } entropy ? live + string.Create(CultureInfo.InvariantCulture, $"  gate entropy {entropy:0.000}") : live;
    }

    /// <summary>A time in words: <c>45 s</c>, <c>3 min 20 s</c>, <c>2 h 05 min</c>.</summary>
    internal static string Duration(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Round(Math.Max(0, seconds)));
        return span.TotalMinutes < 1 ? string.Create(CultureInfo.InvariantCulture, $"{span.Seconds} s")
            : span.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min {span.Seconds:00} s")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes:00} min");
    }
}

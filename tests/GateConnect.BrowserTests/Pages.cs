// The pages that are looked at, written once into a folder of their own: of a tiny run that was really trained, and made-up ones.
using GateConnect.Architecture;
using GateConnect.Experiments;
using GateConnect.Reporting;
using GateConnect.Reporting.Html;
using GateConnect.Tests.Reporting;
using GateConnect.Tests.Testing;
using GateConnect.Training;

[assembly: AssemblyFixture(typeof(GateConnect.BrowserTests.Pages))]

namespace GateConnect.BrowserTests;

/// <summary>Paths of pages by name.</summary>
public sealed class Pages : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public Pages()
    {
        Train("one", seed: 1);
        Train("two", seed: 2);
        File.Move(folder["one", "report.html"], folder["trained.html"]);
        RunComparison.Write([RunFolder.Open(folder["one"]), RunFolder.Open(folder["two"])], folder["comparison.html"]);
        Write("small", SampleReports.Small());
        Write("hostile", SampleReports.WithHostileNames());
        Write("large", SampleReports.Large(new NetworkSize(50, 4, 32), epochs: 8));
        Write("unfinished", SampleReports.Small() with { Record = Samples.Record(RunStatus.Interrupted), Evaluation = null });
    }

    /// <summary>The path of a page.</summary>
    public string this[string name] => folder[name + ".html"];

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();

    private void Write(string name, ReportContent content) => File.WriteAllText(this[name], ReportPage.Write(content));

    private void Train(string name, ulong seed)
    {
        var recipe = new Recipe
        {
            Data = new DataRecipe { Dataset = "shapes", ImageSize = 16, TrainLimit = 96 },
            Network = "11,2,4",
            Training = new TrainingOptions { Epochs = 4, BatchSize = 16, WarmUpSteps = 4 },
            Seed = seed,
            Threads = 1,
        };
        Assert.NotNull(RunExecutor.Run(new RunRequest(recipe, folder[name]), RunEvents.None, TestContext.Current.CancellationToken));
    }
}

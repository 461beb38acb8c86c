using GateConnect.Data;
using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;
using GateConnect.Tests.Training;
using GateConnect.Training;
using static TorchSharp.torch;

namespace GateConnect.Tests.Reporting;

public sealed class EvaluationTests
{
    [Fact]
    [NoTensorLeak]
    public void The_mistakes_are_those_of_the_confusion_matrix_surest_first()
    {
        using var network = TinyRuns.Network(GateConnect.Architecture.ConnectivityRule.Random(2));
        var images = TinyRuns.Data.Train;
        var evaluation = Evaluator.Run(network, images, TinyRuns.Data.Normalization, TestContext.Current.CancellationToken);
        var wrong = evaluation.Confusion.SelectMany((row, label) => row.Where((_, predicted) => predicted != label)).Sum();
        Assert.Equal(Math.Min(wrong, Evaluation.MostMistakes), evaluation.Mistakes.Count);
        Assert.Equal(evaluation.Mistakes.OrderByDescending(mistake => mistake.Probability).ThenBy(mistake => mistake.Image), evaluation.Mistakes);
        Assert.All(evaluation.Mistakes, mistake =>
        {
            Assert.Equal(images.Label(mistake.Image), mistake.True);
            Assert.NotEqual(mistake.True, mistake.Predicted);
            Assert.True(evaluation.Confusion[mistake.True][mistake.Predicted] > 0);
            Assert.InRange(mistake.Probability, 1.0 / images.ClassNames.Count, 1);
        });
    }

    [Fact]
    [NoTensorLeak]
    public void Of_equal_probabilities_the_earlier_image_comes_first_and_no_more_are_kept_than_asked()
    {
        using var network = new Constant();
        var images = new ImageDataset(
            "made",
            new ImageShape(1, 8, 8),
            ["a", "b"],
            [.. Enumerable.Range(0, 300).Select(_ => new byte[64])],
            [.. Enumerable.Range(0, 300).Select(index => index % 2)]);
        var mistakes = Evaluator.Run(network, images, Normalization.Measure(images), TestContext.Current.CancellationToken).Mistakes;
        Assert.Equal(Enumerable.Range(0, Evaluation.MostMistakes).Select(index => (2 * index) + 1), mistakes.Select(mistake => mistake.Image));
        Assert.All(mistakes, mistake => Assert.Equal(1 / (1 + Math.Exp(-2)), mistake.Probability, 6));
    }

    [Fact]
    public void A_record_reads_back_and_equal_evaluations_make_equal_files()
    {
        using var temporary = new TemporaryFolder();
        var record = SampleReports.Small().Evaluation!;
        record.Write(temporary["one"]);
        EvaluationRecord.Read(temporary["one"], classes: 10).Write(temporary["other"]);
        Assert.Equal(File.ReadAllBytes(temporary["one"]), File.ReadAllBytes(temporary["other"]));
        Assert.Equal(record.Mistakes, EvaluationRecord.Read(temporary["one"], classes: 10).Mistakes);
        (record with { Mistakes = [] }).Write(temporary["none"]);
        Assert.Empty(EvaluationRecord.Read(temporary["none"], classes: 10).Mistakes);
    }

    [Theory]
    [InlineData("\"formatVersion\": 1", "\"formatVersion\": 2", "another version")]
    [InlineData("[80,", "[-1,", "counts from 0 up")]
    [InlineData("[80,", "[80,1,", "expected 10 rows")]
    [InlineData("\"predicted\":3", "\"predicted\":10", "out of range")]
    [InlineData("\"image\":0", "\"image\":-1", "out of range")]
    [InlineData("\"true\"", "\"truth\"", "truth")]
    [InlineData("]", "", "")]
    public void A_damaged_record_is_refused_by_name(string from, string to, string expected)
    {
        using var temporary = new TemporaryFolder();
        var path = temporary["evaluation.json"];
        SampleReports.Small().Evaluation!.Write(path);
        File.WriteAllText(path, File.ReadAllText(path).Replace(from, to, StringComparison.Ordinal));
        var failure = Assert.Throws<DataException>(() => EvaluationRecord.Read(path, classes: 10));
        Assert.StartsWith(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    // Sure of class 0, whatever the image: logits 2 and 0.
    private sealed class Constant : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Parameter logits;

        public Constant()
            : base(nameof(Constant))
        {
            logits = nn.Parameter(tensor([2f, 0f]));
            _ = logits.DetachFromDisposeScope();
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => logits.expand(input.shape[0], 2); // [2] -> [N, 2]
    }
}

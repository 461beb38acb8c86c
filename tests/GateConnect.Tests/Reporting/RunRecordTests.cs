using GateConnect.Reporting;
using GateConnect.Runtime;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Reporting;

public sealed class RunRecordTests
{
    [Theory]
    [InlineData(RunStatus.Running)]
    [InlineData(RunStatus.Interrupted)]
    [InlineData(RunStatus.Complete)]
    public void A_record_reads_back_as_it_was_written(RunStatus status)
    {
        using var temporary = new TemporaryFolder();
        var record = Samples.Record(status);
        record.Write(temporary["run.json"]);
        var read = RunRecord.Read(temporary["run.json"]);
        Assert.Equal(record.Recipe, read.Recipe);
        read.Write(temporary["again.json"]);
        Assert.Equal(File.ReadAllText(temporary["run.json"]), File.ReadAllText(temporary["again.json"]));
    }

    [Fact]
    public void The_text_of_a_record_is_golden() => Golden.Check("run.json", () =>
    {
        using var temporary = new TemporaryFolder();
        Samples.Record().Write(temporary["run.json"]);
        return File.ReadAllText(temporary["run.json"]);
    });

    [Fact]
    public void Every_mistake_in_the_recipe_is_named_with_its_path()
    {
        var failure = Damaged(text => text
            .Replace("\"epochs\": 6", "\"epochs\": \"six\"", StringComparison.Ordinal)
            .Replace("\"holdout\"", "\"holdOut\"", StringComparison.Ordinal)
            .Replace("\"relaxed\"", "\"loose\"", StringComparison.Ordinal));
        var lines = failure.Message.Split(Environment.NewLine);
        Assert.Equal(3, lines.Length);
        Assert.Contains(lines, line => line.Contains("recipe.training.epochs: expected a whole number, found \"six\"", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("recipe.data.holdOut: unknown; nearest: data.holdout", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("expected one of paper, relaxed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"formatVersion\": 1", "\"formatVersion\": 2")]
    [InlineData("\"status\"", "\"state\"")]
    [InlineData("\"complete\"", "\"finished\"")]
    [InlineData("\"commit\"", "\"comit\"")]
    [InlineData("\"top1Percent\": 91.27", "\"top1Percent\": 912.7")]
    [InlineData("\"top5Percent\": 99.8", "\"top5Percent\": 1e999")]
    [InlineData("\"images\": 10000", "\"images\": \"many\"")]
    [InlineData("{", "[")]
    public void A_damaged_record_is_refused_in_one_line_that_names_the_file(string from, string to)
    {
        var failure = Damaged(text => text.Replace(from, to, StringComparison.Ordinal));
        Assert.Contains("run.json:", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.DoesNotMatch(@"GateConnect\.|System\.", failure.Message);
    }

    [Fact]
    public void The_state_of_a_repository_is_read_and_its_absence_too()
    {
        using var temporary = new TemporaryFolder();
        Assert.Null(GitState.Read(temporary.Path));
        Assert.Null(GitState.Read(temporary["missing"]));
    }

    private static DataException Damaged(Func<string, string> damage)
    {
        using var temporary = new TemporaryFolder();
        var path = temporary["run.json"];
        Samples.Record().Write(path);
        File.WriteAllText(path, damage(File.ReadAllText(path)));
        return Assert.Throws<DataException>(() => RunRecord.Read(path));
    }
}

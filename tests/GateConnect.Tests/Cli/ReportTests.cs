using GateConnect.Cli;
using GateConnect.Reporting;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests.Cli;

/// <summary>The report of a tiny run that was really trained, and of what is no run.</summary>
public sealed class ReportTests
{
    private static readonly Lazy<TemporaryFolder> Trained = new(() =>
    {
        var folder = new TemporaryFolder();
        Assert.Equal(ExitCode.Done, Shell.Run([.. TrainTests.Tiny, "--out", folder["run"]]).Code);
        return folder;
    });

    [Fact]
    public void A_report_is_written_again_byte_for_byte_and_lists_its_files()
    {
        using var shell = new Shell();
        var run = Copy(shell, "run");
        var before = File.ReadAllText(Path.Combine(run, "report.html"));
        Assert.Contains("data:image/png", before, StringComparison.Ordinal);
        var files = Shell.Run("report", run, "--json").Json["files"]!.AsArray().Select(file => file!.GetValue<string>()).ToArray();
        Assert.Equal(Path.Combine(run, "report.html"), files[0]);
        Assert.All(files, file => Assert.True(File.Exists(file), file));
        Assert.Equal(before, File.ReadAllText(Path.Combine(run, "report.html")));
    }

    [Fact]
    public void Without_thumbnails_no_image_is_in_the_page()
    {
        using var shell = new Shell();
        var run = Copy(shell, "run");
        Assert.Equal(ExitCode.Done, Shell.Run("report", run, "--no-thumbnails").Code);
        Assert.DoesNotContain("data:image/png", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_older_run_did_not_keep_is_measured_anew_to_the_same_bytes()
    {
        using var shell = new Shell();
        var run = Copy(shell, "run");
        var evaluation = Path.Combine(run, "evaluation.json");
        var kept = File.ReadAllBytes(evaluation);
        File.Delete(evaluation);
        Assert.Equal(ExitCode.Done, Shell.Run("report", run, "--no-thumbnails").Code);
        Assert.Contains("no evaluation.json", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);
        var measured = Shell.Run("report", run);
        Assert.Contains("measuring", measured.Error, StringComparison.Ordinal);
        Assert.Contains(evaluation, measured.Output, StringComparison.Ordinal);
        Assert.Equal(kept, File.ReadAllBytes(evaluation));
    }

    [Fact]
    public void Images_of_a_folder_that_nobody_names_are_left_out()
    {
        using var shell = new Shell();
        var run = Copy(shell, "run");
        var record = RunRecord.Read(Path.Combine(run, "run.json"));
        var data = record.Recipe.Data with { Dataset = "folder", Path = null };
        (record with { Recipe = record.Recipe with { Data = data } }).Write(Path.Combine(run, "run.json"));
        var told = Shell.Run("report", run);
        Assert.Equal(ExitCode.Done, told.Code);
        Assert.Contains("without thumbnails: ", told.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("data:image/png", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_comparison_is_written_over_no_other_file()
    {
        using var shell = new Shell();
        var (one, two) = (Copy(shell, "one"), Copy(shell, "two"));
        var record = File.ReadAllBytes(Path.Combine(one, "run.json"));
        Assert.Equal(ExitCode.Configuration, Shell.Run("report", one, two, "--out", Path.Combine(one, "run.json")).Code);
        Assert.Equal(record, File.ReadAllBytes(Path.Combine(one, "run.json")));
        File.WriteAllText(shell.In("mine.html"), "<p>mine");
        Assert.Contains("not of this program's making", Shell.Run("report", one, two, "--out", shell.In("mine.html")).Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, Shell.Run("report", one, two, "--out", shell.In("page.html")).Code);
        Assert.Equal(ExitCode.Done, Shell.Run("report", one, two, "--out", shell.In("page.html")).Code);
    }

    [Fact]
    public void Two_runs_are_compared_on_one_page()
    {
        using var shell = new Shell();
        var (one, two, page) = (Copy(shell, "one"), Copy(shell, "two"), shell.In("pages/both.html"));
        var record = RunRecord.Read(Path.Combine(two, "run.json"));
        (record with { Recipe = record.Recipe with { Seed = 2 } }).Write(Path.Combine(two, "run.json"));
        var compared = Shell.Run("report", one, two, "--out", page);
        Assert.Equal((ExitCode.Done, page + Environment.NewLine), (compared.Code, compared.Output));
        Assert.Contains("100.0 %", File.ReadAllText(page), StringComparison.Ordinal); // the same wiring under another name
    }

    [Theory]
    [InlineData("run.json", null, ExitCode.Data, "holds no run.json")]
    [InlineData("run.json", "{", ExitCode.Data, "no JSON")]
    [InlineData("metrics.jsonl", "{\n", ExitCode.Data, "metrics.jsonl:1")]
    [InlineData("connectivity.json", "{\"formatVersion\":2}", ExitCode.Data, "connectivity.json")]
    [InlineData(
        "connectivity.json",
        "{\"formatVersion\":9,\"network\":\"11,2,4\",\"connectivity\":\"learned\",\"fanIn\":2,\"blocks\":[4],\"final\":null,\"epochs\":[]}",
        ExitCode.Data,
        "another version")]
    [InlineData(
        "connectivity.json",
        "{\"formatVersion\":1,\"network\":\"11,2,4\",\"connectivity\":\"learned\",\"fanIn\":2,\"blocks\":[4],"
        + "\"final\":{\"modules\":[{\"module\":1,\"sources\":2,\"reads\":[[0]]}]},\"epochs\":[]}",
        ExitCode.Data,
        "not one of the network")]
    [InlineData("evaluation.json", "[", ExitCode.Data, "evaluation.json")]
    public void A_run_cut_short_or_damaged_is_said_in_one_line(string name, string? text, int code, string expected)
    {
        using var shell = new Shell();
        var run = Copy(shell, "run");
        File.Delete(Path.Combine(run, name));
        if (text is not null)
        {
            File.WriteAllText(Path.Combine(run, name), text);
        }
        var refused = Shell.Run("report", run, "--no-thumbnails");
        Assert.Equal(code, refused.Code);
        Assert.Contains(expected, Assert.Single(refused.Mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_without_a_shape_of_images_is_refused()
    {
        using var shell = new Shell();
        var run = Copy(shell, "run");
        var record = Path.Combine(run, "run.json");
        File.WriteAllText(record, File.ReadAllText(record).Replace("\"3x16x16\"", "\"16\"", StringComparison.Ordinal));
        var refused = Shell.Run("report", run, "--no-thumbnails");
        Assert.Equal(ExitCode.Data, refused.Code);
        Assert.Contains("dataset.image", Assert.Single(refused.Mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_one_run_and_of_several_are_told_apart()
    {
        using var shell = new Shell();
        var (one, two) = (Copy(shell, "one"), Copy(shell, "two"));
        Assert.Equal(2, Shell.Run("report", one, two, "--no-thumbnails", "--data", "x").Mistakes.Length);
        Assert.Equal(ExitCode.Configuration, Shell.Run("report", one, "--out", "x.html").Code);
        Assert.Equal(ExitCode.Configuration, Shell.Run("report", one, "--no-thumbnails", "--data", "x").Code);
        Assert.Equal(ExitCode.Data, Shell.Run("report", one, "--baseline", shell.In("nothing")).Code);
        Assert.Equal(ExitCode.Output, Shell.Run("report", one, two, "--out", Path.Combine(one, "run.json", "page.html")).Code);
    }

    [Fact]
    public void A_run_in_use_is_left_alone()
    {
        using var shell = new Shell();
        var run = Copy(shell, "run");
        using var claim = RunFolder.Open(run).Lock();
        Assert.Equal(ExitCode.RunInUse, Shell.Run("report", run).Code);
    }

    private static string Copy(Shell shell, string name)
    {
        var to = Directory.CreateDirectory(shell.In(Path.Combine(name + "-alone", name))).FullName;
        foreach (var file in Directory.GetFiles(Trained.Value["run"]).Where(file => Path.GetFileName(file)[0] != '.'))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
        return to;
    }
}

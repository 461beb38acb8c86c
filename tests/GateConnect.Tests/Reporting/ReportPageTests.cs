using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using GateConnect.Architecture;
using GateConnect.Reporting;
using GateConnect.Reporting.Html;

namespace GateConnect.Tests.Reporting;

public sealed partial class ReportPageTests
{
    [Fact]
    public void Equal_content_makes_an_equal_page_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        var page = ReportPage.Write(SampleReports.Small());
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal(page, ReportPage.Write(SampleReports.Small()));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void No_name_breaks_out_of_text_attributes_or_data()
    {
        var (plain, hostile) = (ReportPage.Write(SampleReports.Small()), ReportPage.Write(SampleReports.WithHostileNames()));
        Assert.DoesNotContain(SampleReports.Hostile, hostile, StringComparison.Ordinal);
        Assert.DoesNotContain("onerror=\"", hostile, StringComparison.Ordinal);
        Assert.Equal(Tag().Count(plain), Tag().Count(hostile));
        Assert.Equal(Scripts().Count(plain), Scripts().Count(hostile));
        Assert.Contains("&lt;/script&gt;&lt;img", hostile, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_forbids_itself_every_connection_and_holds_no_address_of_one()
    {
        var page = ReportPage.Write(SampleReports.Small());
        Assert.Contains("content=\"default-src 'none'; img-src data:; style-src 'sha256-", page, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=\"(?!data:)", page);
        Assert.Equal(["http://www.w3.org/2000/svg"], Address().Matches(page).Select(match => match.Value).Distinct());
    }

    [Fact]
    public void Every_section_stands_where_there_is_something_to_say()
    {
        string[] all = ["baselines", "wiring", "training", "classes", "mistakes", "cost", "recipe"];
        Assert.Equal(all, Sections(SampleReports.Small()));
        Assert.Equal(["cost", "recipe"], Sections(new ReportContent { Record = Samples.Record(RunStatus.Interrupted), Blueprint = Samples.Blueprint }));
        Assert.Equal(all.Except(["mistakes"]), Sections(SampleReports.Small() with { Evaluation = null }));
        Assert.Contains("no evaluation.json", ReportPage.Write(SampleReports.Small() with { Evaluation = null }), StringComparison.Ordinal);
    }

    [Fact]
    public void Baselines_stand_beside_the_run_or_the_command_that_makes_one()
    {
        var page = ReportPage.Write(SampleReports.Small());
        Assert.Contains("91.10 ± 0.24", page, StringComparison.Ordinal);
        Assert.Contains("+0.20", page.Replace("&#x2B;", "+", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("--connectivity random --fan-in 2", ReportPage.Write(SampleReports.Small() with { Groups = [] }), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_baselines_are_folded()
    {
        var small = SampleReports.Small();
        var folded = new Regex("<section id=\"baselines\">.*?<details><summary>(.*?)</summary>", RegexOptions.Singleline);
        var few = ReportPage.Write(small with { Groups = [.. small.Groups, .. Enumerable.Repeat(small.Groups[1], 10)] });
        Assert.DoesNotMatch(folded, few.Split("id=\"wiring\"")[0]);
        var many = ReportPage.Write(small with { Groups = [.. small.Groups, .. Enumerable.Repeat(small.Groups[1], 11)] });
        Assert.Equal("12 other rows", folded.Match(many).Groups[1].Value);
    }

    [Fact]
    public void A_wiring_that_was_given_was_not_learned_and_its_control_is_chance()
    {
        var small = SampleReports.Small();
        var recipe = small.Record.Recipe with { Connectivity = ConnectivityKind.Given, FanIn = 2, Wiring = ConnectivityJson.Write(small.Wiring!) };
        var page = ReportPage.Write(small with { Record = small.Record with { Recipe = recipe }, Groups = [] });
        Assert.Contains("reads 2 of the 8 blocks before it, those of a wiring that was given", page, StringComparison.Ordinal);
        Assert.Contains("--connectivity random --fan-in 2 --set wiring=null --out RUN-random", page, StringComparison.Ordinal);
        Assert.DoesNotContain("blocks learned which", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_has_not_ended_speaks_of_no_result()
    {
        var small = SampleReports.Small();
        var open = small with { Record = Samples.Record(RunStatus.Interrupted), Epochs = [.. Samples.Epochs.Take(2)], Evaluation = null, Groups = [] };
        var page = ReportPage.Write(open);
        Assert.Contains("2 of 6 epochs", page, StringComparison.Ordinal);
        Assert.Contains("is to learn which", page, StringComparison.Ordinal);
        Assert.Contains("The test images have not been read yet.", page, StringComparison.Ordinal);
        Assert.Contains("if training ended here", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_finished_run_did_not_keep_is_said()
    {
        var page = ReportPage.Write(SampleReports.Small() with { Diary = null, Epochs = [] });
        Assert.Contains("the run has no connectivity.json", page, StringComparison.Ordinal);
        Assert.Contains("the run has no metrics.jsonl", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Thumbnails_are_left_out_without_images_and_the_mistakes_are_listed()
    {
        Assert.Equal(12, Thumbnail().Count(ReportPage.Write(SampleReports.Small())));
        var page = ReportPage.Write(SampleReports.Small() with { TestImages = null });
        Assert.Equal(0, Thumbnail().Count(page));
        Assert.Contains("The images themselves are left out", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_warning_of_the_gates_is_shown_as_one()
    {
        var small = SampleReports.Small();
        var page = ReportPage.Write(small with { Epochs = [.. small.Epochs.Select(report => report with { GateEntropy = 0.999 })] });
        Assert.Contains("class=\"warning\">⚠ Warning: the gates never left the uniform draw", page, StringComparison.Ordinal);
        Assert.Contains("<code>training.gates.step</code>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(50, 4, 32, 120)]
    [InlineData(101, 4, 64, 20)]
    public void A_large_network_makes_a_page_of_bounded_size_with_its_first_and_last_epoch(int depth, int width, int cardinality, int epochs)
    {
        var content = SampleReports.Large(new NetworkSize(depth, width, cardinality), epochs);
        Assert.InRange(ReportPage.Write(content).Length, 0, WiringData.MostBytes + (2 << 20));
        var frames = WiringData.Of(content)!["frames"]!.AsArray();
        Assert.Equal((1, epochs), (frames[0]!["epoch"]!.GetValue<int>(), frames[^1]!["epoch"]!.GetValue<int>()));
        Assert.True(frames.Count < epochs);
    }

    [Fact]
    public void A_frame_holds_every_gate_and_whether_it_is_open_and_equal_frames_are_held_once()
    {
        var content = SampleReports.Small();
        using var data = JsonDocument.Parse(WiringData.Of(content)!.ToJsonString());
        var frames = data.RootElement.GetProperty("frames").EnumerateArray().ToArray();
        Assert.Equal(content.Diary!.Epochs.Length, frames.Length);
        Assert.Equal(JsonValueKind.Null, frames[^1].GetProperty("gates").ValueKind);
        var (words, entry) = (frames[0].GetProperty("gates").GetBytesFromBase64(), content.Diary.Epochs[0]);
        var place = 0;
        foreach (var module in entry.TopK.Modules)
        {
            for (var connection = 0; connection < module.Readers * module.Sources; connection++, place += 2)
            {
                var (reader, source) = (connection / module.Sources, connection % module.Sources);
                var word = words[place] | (words[place + 1] << 8);
                Assert.Equal(module.Reads[reader].Contains(source), word >= 0x8000);
                Assert.Equal(entry.RealGates[module.Module - 1][reader, source], (word & 0x7fff) / 32767f, 4);
            }
        }
        Assert.Equal(words.Length, place);
    }

    [Fact]
    public void Figures_of_every_epoch_follow_from_the_diary()
    {
        var content = SampleReports.Small();
        var figures = GateHistory.Of(content.Blueprint, content.Diary!);
        Assert.Equal([1, 2, 3, 4, 5, 6], figures.Select(row => row.Epoch));
        Assert.Null(figures[0].Churn);
        Assert.Equal(0, figures[1].Churn);
        Assert.True(figures[2].Churn > 0); // the wiring changes in the third epoch
        Assert.True(figures[0].Entropy > figures[2].Entropy);
        Assert.All(figures, row => Assert.Equal(2, row.MeanRead, 9)); // every block reads two of as many
        Assert.Equal(content.Wiring!.LiveBlocks(content.Blueprint).Sum(module => module.Count(block => !block)), figures[^1].DeadBlocks);
        Assert.Equal(content.Wiring.Modules.SelectMany(module => module.OutDegrees()).Max(), figures[^1].MostRead);
    }

    private static string[] Sections(ReportContent content) =>
        [.. Section().Matches(ReportPage.Write(content)).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("<section id=\"(\\w+)\"")]
    private static partial Regex Section();

    [GeneratedRegex("<[a-z]")]
    private static partial Regex Tag();

    [GeneratedRegex("<script|onerror=\"")]
    private static partial Regex Scripts();

    [GeneratedRegex("https?://[^\\s\"'&]+")]
    private static partial Regex Address();

    [GeneratedRegex("<img alt=\"test image")]
    private static partial Regex Thumbnail();
}

using PuppeteerSharp.Media;

namespace GateConnect.BrowserTests;

public sealed class ReportPageTests(Chromium chromium, Pages pages)
{
    private const string Edges = "[...document.querySelectorAll('#picture .wire')]"
        + ".map(wire => wire.getAttribute('d') + wire.getAttribute('stroke-width') + wire.getAttribute('stroke-opacity')).join()";

    public static TheoryData<string, int, string> Views
    {
        get
        {
            var views = new TheoryData<string, int, string>();
            foreach (var name in (string[])["trained", "comparison", "small", "hostile", "large", "unfinished"])
            {
                foreach (var (width, scheme) in ((int, string)[])[(390, "light"), (1280, "dark")])
                {
                    views.Add(name, width, scheme);
                }
            }
            return views;
        }
    }

    [Theory]
    [MemberData(nameof(Views))]
    public async Task A_page_complains_of_nothing_asks_for_nothing_and_fits_the_screen(string name, int width, string scheme)
    {
        await using var watched = await chromium.Open(pages[name], new View(width, scheme));
        await watched.Show($"{name}-{width}-{scheme}");
        Assert.Empty(watched.Complaints);
        Assert.True(await watched.Ask<int>("document.documentElement.scrollWidth") <= width);
        Assert.NotEqual("broken", await watched.Ask<string>("document.title"));
        Assert.Equal(0, await watched.Ask<int>("[...document.images].filter(image => !image.complete || image.naturalWidth === 0).length"));
    }

    [Fact]
    public async Task Dark_and_light_are_different_and_readable()
    {
        await using var light = await chromium.Open(pages["small"], new View(1280));
        await using var dark = await chromium.Open(pages["small"], new View(1280, "dark"));
        Assert.True(await Brightness(light, "backgroundColor") > 230);
        Assert.True(await Brightness(dark, "backgroundColor") < 40);
        Assert.True(await Brightness(light, "color") < 60);
        Assert.True(await Brightness(dark, "color") > 200);
    }

    [Theory]
    [InlineData("trained")]
    [InlineData("small")]
    [InlineData("large")]
    public async Task The_slider_moves_edges_and_says_which_epoch_is_shown(string name)
    {
        await using var watched = await chromium.Open(pages[name], new View(1280));
        var last = (Edges: await watched.Ask<string>(Edges), Said: await Output(watched));
        await watched.Page.FocusAsync("#epoch");
        await watched.Page.Keyboard.PressAsync("Home");
        var first = (Edges: await watched.Ask<string>(Edges), Said: await Output(watched));
        Assert.NotEqual(last.Edges, first.Edges);
        Assert.StartsWith("epoch 1 ", first.Said, StringComparison.Ordinal);
        Assert.NotEqual(last.Said, first.Said);
        await watched.Page.Keyboard.PressAsync("End");
        Assert.Equal(last, (await watched.Ask<string>(Edges), await Output(watched)));
        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task Play_runs_to_the_last_epoch_and_stops()
    {
        await using var watched = await chromium.Open(pages["small"], new View(1280));
        await watched.Page.ClickAsync(".controls button");
        Assert.Contains("pause", await watched.Ask<string>("document.querySelector('.controls button').textContent"), StringComparison.Ordinal);
        await watched.Page.WaitForFunctionAsync("() => document.querySelector('.controls button').textContent.includes('play')");
        Assert.StartsWith("epoch 6", await Output(watched), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pointing_at_a_block_shows_its_gates_and_lights_its_edges()
    {
        await using var watched = await chromium.Open(pages["small"], new View(1280));
        await watched.Page.HoverAsync("circle[data-module='2'][data-block='3']");
        var said = await watched.Ask<string>("document.getElementById('tip').textContent");
        Assert.Matches("^module 2, block 3.*\nreads \\d \\([01]\\.\\d{3}\\), \\d \\([01]\\.\\d{3}\\)\nread by ", said);
        Assert.True(await watched.Ask<int>("document.querySelectorAll('.lit .wire').length") >= 2);
        await watched.Page.HoverAsync("h1");
        Assert.True(await watched.Ask<bool>("document.getElementById('tip').hidden"));
        Assert.Equal(0, await watched.Ask<int>("document.querySelectorAll('.lit .wire').length"));
    }

    [Fact]
    public async Task Arrow_keys_go_from_block_to_block()
    {
        await using var watched = await chromium.Open(pages["small"], new View(1280));
        await watched.Page.FocusAsync("#picture svg");
        foreach (var key in (string[])["ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"])
        {
            await watched.Page.Keyboard.PressAsync(key);
        }
        Assert.StartsWith("module 1, block 1", await watched.Ask<string>("document.getElementById('tip').textContent"), StringComparison.Ordinal);
        Assert.Equal(1, await watched.Ask<int>("document.querySelectorAll('.block.at').length"));
    }

    [Fact]
    public async Task Pointing_at_a_chart_shows_the_numbers_of_an_epoch()
    {
        await using var watched = await chromium.Open(pages["small"], new View(1280));
        await watched.Page.HoverAsync("#training .chart > svg");
        Assert.Matches("^epoch \\d\ntrain: \\d", await watched.Ask<string>("document.getElementById('tip').textContent"));
    }

    [Fact]
    public async Task As_many_edges_are_drawn_as_gates_are_open_and_dead_blocks_are_dimmed()
    {
        await using var watched = await chromium.Open(pages["small"], new View(1280));
        Assert.Equal(5 * 8 * 2, await watched.Ask<int>("document.querySelectorAll('#picture .wire:not(.end):not(.closed)').length"));
        var dead = await watched.Ask<int>("document.querySelectorAll('#picture .block.dead').length");
        Assert.True(dead > 0);
        Assert.Contains($"{48 - dead} of 48 blocks live", await Output(watched), StringComparison.Ordinal);
        await watched.Page.ClickAsync("#closed");
        Assert.Equal(5 * 8 * 8, await watched.Ask<int>("document.querySelectorAll('#picture .wire:not(.end)').length"));
    }

    [Fact]
    public async Task A_large_network_draws_its_strongest_edges_and_no_more()
    {
        await using var watched = await chromium.Open(pages["large"], new View(1280));
        Assert.InRange(await watched.Ask<int>("document.querySelectorAll('#picture .wire').length"), 3000, 4200);
        Assert.Contains("strongest", await watched.Ask<string>("document.getElementById('shown').textContent"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_scripts_headline_tables_charts_and_a_still_picture_stand()
    {
        await using var watched = await chromium.Open(pages["small"], new View(1280, Scripts: Scripts.Off));
        await watched.Show("small-without-scripts");
        var text = await (await watched.Page.QuerySelectorAsync("body")).EvaluateFunctionAsync<string>("body => body.innerText");
        string[] words = ["91.27 %", "Random(2)", "Confusion matrix", "multiply-adds", "How to repeat it"];
        Assert.All(words, word => Assert.Contains(word, text, StringComparison.Ordinal));
        Assert.True(await (await watched.Page.QuerySelectorAsync("img.still")).EvaluateFunctionAsync<int>("image => image.naturalWidth") > 600);
        Assert.True(await watched.Page.QuerySelectorAllAsync(".chart polyline") is { Length: > 5 });
        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task A_page_prints()
    {
        await using var watched = await chromium.Open(pages["small"], new View(1280, "dark"));
        var options = new PuppeteerSharp.PdfOptions { Format = PaperFormat.A4, PrintBackground = true };
        Assert.Equal("%PDF"u8.ToArray(), (await watched.Page.PdfDataAsync(options))[..4]);
        await watched.Page.EmulateMediaTypeAsync(MediaType.Print);
        Assert.True(await Brightness(watched, "backgroundColor") > 230);
    }

    private static Task<string> Output(WatchedPage page) => page.Ask<string>("document.querySelector('.controls output').textContent");

    private static Task<double> Brightness(WatchedPage page, string property) =>
        page.Ask<double>("(color => color.reduce((sum, part) => sum + Number(part), 0) / 3)"
            + $"(getComputedStyle(document.body).{property}.match(/\\d+/g).slice(0, 3))");
}

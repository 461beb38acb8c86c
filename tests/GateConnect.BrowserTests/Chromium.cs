// The system's Chromium, started once for all tests and driven by PuppeteerSharp. A page is watched from its first byte: what it
// writes to the console as an error, throws, or asks the network for, it must answer for.
using PuppeteerSharp;

[assembly: AssemblyFixture(typeof(GateConnect.BrowserTests.Chromium))]

namespace GateConnect.BrowserTests;

/// <summary>A browser without a window.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private IBrowser? browser;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => browser = await Puppeteer.LaunchAsync(new LaunchOptions
    {
        Headless = true,
        ExecutablePath = Executable(),
        Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"],
        Timeout = 60_000,
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.CloseAsync();
        }
    }

    /// <summary>Opens a page; the caller disposes it.</summary>
    public async Task<WatchedPage> Open(string path, View view)
    {
        var page = await browser!.NewPageAsync();
        var watched = new WatchedPage(page);
        await page.SetViewportAsync(new ViewPortOptions { Width = view.Width, Height = 900 });
        await page.EmulateMediaFeaturesAsync([new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = view.Scheme }]);
        await page.SetJavaScriptEnabledAsync(view.Scripts == Scripts.On);
        await page.GoToAsync(new Uri(path).AbsoluteUri, 60_000, [WaitUntilNavigation.Load]);
        return watched;
    }

    private static string Executable() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"none of {string.Join(", ", Names)} is installed: apt-get install chromium");
}

/// <summary>Whether a page may run scripts.</summary>
public enum Scripts
{
    /// <summary>It may.</summary>
    On,

    /// <summary>It may not.</summary>
    Off,
}

/// <summary>How a page is looked at.</summary>
/// <param name="Width">In CSS pixels.</param>
/// <param name="Scheme"><c>light</c> or <c>dark</c>.</param>
/// <param name="Scripts">Whether scripts run.</param>
public sealed record View(int Width, string Scheme = "light", Scripts Scripts = Scripts.On);

/// <summary>A page, and what it complained of.</summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private readonly List<string> complaints = [];

    internal WatchedPage(IPage page)
    {
        Page = page;
        page.Console += (_, line) => Note(line.Message.Type is ConsoleType.Error or ConsoleType.Warning ? $"console: {line.Message.Text}" : null);
        page.PageError += (_, error) => Note($"thrown: {error.Message}");
        page.RequestFailed += (_, request) => Note($"failed: {request.Request.Url}");
        page.Request += (_, request) => Note(request.Request.Url.StartsWith("http", StringComparison.Ordinal) ? $"asked for: {request.Request.Url}" : null);
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>What went wrong so far.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (complaints)
            {
                return [.. complaints];
            }
        }
    }

    /// <summary>The value of an expression.</summary>
    public Task<T> Ask<T>(string script) => Page.EvaluateExpressionAsync<T>(script);

    /// <summary>Pictures to look at, where SCREENSHOTS names a folder.</summary>
    public async Task Show(string name)
    {
        if (Environment.GetEnvironmentVariable("SCREENSHOTS") is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            await Page.ScreenshotAsync(Path.Combine(folder, name + ".png"), new ScreenshotOptions { FullPage = true });
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Page.CloseAsync();

    private void Note(string? complaint)
    {
        lock (complaints)
        {
            if (complaint is not null)
            {
                complaints.Add(complaint);
            }
        }
    }
}

// Both packages made once from this repository, under a version that no other run has, and an empty folder that knows where
// they are. Packages of others come from the machine's cache or its registry as ever; ours go to a cache beside them, so that
// the user's cache never holds a package that is gone tomorrow.
using System.IO.Compression;
using GateConnect.Tests.Testing;

[assembly: AssemblyFixture(typeof(GateConnect.PackageTests.PackedRepository))]

namespace GateConnect.PackageTests;

/// <summary>The packages and a clean folder.</summary>
public sealed class PackedRepository : IAsyncLifetime
{
    // Build servers would outlive the test.
    private static readonly Dictionary<string, string> Quiet = new()
    {
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["UseSharedCompilation"] = "false",
    };

    private readonly TemporaryFolder folder = new();

    /// <summary>Lower case, as the folders of a cache are: such as <c>0.0.0-test.20260131t120000.4711</c>.</summary>
    public string Version { get; } = $"0.0.0-test.{DateTime.UtcNow:yyyyMMdd't'HHmmss}.{Environment.ProcessId}";

    /// <summary>The cache of the user's own packages, in which ours must not appear.</summary>
    public string UserCache { get; private set; } = "";

    /// <summary>The cache in which ours must appear.</summary>
    public string OwnCache => folder["cache"];

    /// <summary>The folder of the packages.</summary>
    public string Source => folder["packages"];

    /// <summary>Runs programs in a new folder that knows the packages.</summary>
    internal Command In(string name)
    {
        Directory.CreateDirectory(folder["clean", name]);
        return new Command(folder["clean", name], new Dictionary<string, string>(Quiet) { ["NUGET_PACKAGES"] = OwnCache });
    }

    /// <summary>A package, open for reading.</summary>
    public ZipArchive Open(string name) => ZipFile.OpenRead(Path.Combine(Source, name.Replace("*", Version, StringComparison.Ordinal)));

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var here = new Command(Repository.Root, Quiet);
        foreach (var project in new[] { "src/GateConnect", "src/GateConnect.Cli" })
        {
            (await here.Run("dotnet", "pack", project, "-c", "Release", "-o", Source, $"-p:PackageVersion={Version}")).Done();
        }
        const string label = "global-packages: ";
        var said = (await here.Run("dotnet", "nuget", "locals", "global-packages", "--list")).Done().Output;
        UserCache = said[(said.IndexOf(label, StringComparison.Ordinal) + label.Length)..].Split('\n')[0].Trim();
        Directory.CreateDirectory(folder["clean"]);
        await File.WriteAllTextAsync(folder["clean", "nuget.config"], $"""
            <configuration>
              <packageSources><add key="gateconnect" value="{Source}" /></packageSources>
              <fallbackPackageFolders><add key="user" value="{UserCache}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

// A new program that asks for the library by name and is the README's own text.
using System.Text.RegularExpressions;

namespace GateConnect.PackageTests;

public sealed partial class ApplicationTests(PackedRepository packages)
{
    [Fact]
    public async Task A_new_program_that_adds_the_package_runs_the_text_of_its_readme()
    {
        var app = packages.In("app");
        (await app.Run("dotnet", "new", "console")).Done();
        (await app.Run("dotnet", "add", "package", "GateConnect", "--version", packages.Version)).Done();
        await File.WriteAllTextAsync(Path.Combine(app.Folder, "Program.cs"), Readme(), TestContext.Current.CancellationToken);

        var said = (await app.Run("dotnet", "run", "-c", "Release")).Done();

        var (whole, pruned) = (Accuracy(said.Output, "whole"), Accuracy(said.Output, "pruned"));
        Assert.Equal(whole, pruned);
        Assert.InRange(whole, 60, 100); // of three classes
        Assert.Equal("", said.Error);
        Assert.True(File.Exists(Path.Combine(app.Folder, "shapes.safetensors")));
        Assert.True(Directory.Exists(Path.Combine(packages.OwnCache, "gateconnect", packages.Version)));
        Assert.False(Directory.Exists(Path.Combine(packages.UserCache, "gateconnect", packages.Version)));
    }

    private string Readme()
    {
        using var library = packages.Open("GateConnect.*.nupkg");
        using var reader = new StreamReader(library.GetEntry("README.md")!.Open());
        return Program().Match(reader.ReadToEnd()).Groups[1].Value;
    }

    private static double Accuracy(string output, string network) => double.Parse(
        Regex.Match(output, $@"^{network} +top-1 ([0-9.]+) %", RegexOptions.Multiline).Groups[1].Value,
        System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Program();
}

// What is in the packages, and what is not.
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using System.Xml.Linq;
using GateConnect.Tests.Testing;

namespace GateConnect.PackageTests;

public sealed class ContentTests(PackedRepository packages)
{
    private const string Tools = "tools/net10.0/linux-x64/";

    [Fact]
    public void The_library_is_an_assembly_with_documentation_readme_and_symbols_of_its_own()
    {
        using var library = packages.Open("GateConnect.*.nupkg");
        Assert.Equal(
            ["lib/net10.0/GateConnect.dll", "lib/net10.0/GateConnect.xml"],
            Names(library).Where(name => name.StartsWith("lib/", StringComparison.Ordinal)).Order());
        Assert.Contains("<member name=\"M:GateConnect.Training.Trainer.Run", Text(library, "lib/net10.0/GateConnect.xml"), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, "src", "GateConnect", "README.md")), Text(library, "README.md"));

        using var symbols = packages.Open("GateConnect.*.snupkg");
        Assert.Equal(["lib/net10.0/GateConnect.pdb"], Names(symbols).Where(name => name.StartsWith("lib/", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_library_asks_for_what_it_runs_with_and_for_nothing_that_only_built_it()
    {
        using var library = packages.Open("GateConnect.*.nupkg");
        var asked = Description(library).Descendants().Where(element => element.Name.LocalName == "dependency")
            .Select(element => (string)element.Attribute("id")!).ToList();
        HashSet<string> needed =
        [
            "TorchSharp", "libtorch-cpu-linux-x64", "Microsoft.ML.OnnxRuntime", "SkiaSharp", "SkiaSharp.NativeAssets.Linux.NoDependencies",
        ];
        Assert.Superset(needed, asked.ToHashSet());
        Assert.DoesNotContain(asked, id => id.StartsWith("Grpc", StringComparison.Ordinal) || id.Contains("Analyzers", StringComparison.Ordinal));
    }

    [Fact]
    public void The_tool_holds_what_it_runs_with_and_the_licenses_of_that()
    {
        using var tool = packages.Open("GateConnect.Tool.*.nupkg");
        var names = Names(tool).ToHashSet();
        string[] expected = ["GateConnect.dll", "GateConnect.Cli.dll", "libtorch_cpu.so", "libLibTorchSharp.so", "libonnxruntime.so", "libSkiaSharp.so"];
        Assert.All(expected, name => Assert.Contains(Tools + name, names));
        Assert.Contains("Command Name=\"gateconnect\"", Text(tool, Tools + "DotnetToolSettings.xml"), StringComparison.Ordinal);
        string[] licensed = ["TorchSharp", "libtorch-cpu-linux-x64", "Microsoft.ML.OnnxRuntime", "SkiaSharp"];
        Assert.All(licensed, package => Assert.Contains(names, name => name.StartsWith($"licenses/{package}/", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("GateConnect.*.nupkg")]
    [InlineData("GateConnect.Tool.*.nupkg")]
    public void A_package_says_what_it_is_and_under_which_license(string name)
    {
        using var package = packages.Open(name);
        var description = Description(package).Descendants().Where(element => !element.HasElements)
            .ToLookup(element => element.Name.LocalName, element => element.Value);
        Assert.Equal(["MIT"], description["license"]);
        Assert.Equal([packages.Version], description["version"]);
        Assert.Equal(["README.md"], description["readme"]);
        Assert.True(description["description"].Single().Length > 60);
        Assert.Empty(description["projectUrl"]);
    }

    [Theory]
    [InlineData("GateConnect.*.nupkg")]
    [InlineData("GateConnect.Tool.*.nupkg")]
    public void Nothing_of_ours_names_the_folder_it_was_built_in(string name)
    {
        using var package = packages.Open(name);
        var ours = package.Entries.Where(entry => entry.Name.StartsWith("GateConnect", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(ours);
        Assert.All(ours, entry =>
        {
            var bytes = Bytes(entry);
            Assert.All((Encoding[])[Encoding.UTF8, Encoding.Unicode], encoding =>
                Assert.True(bytes.AsSpan().IndexOf(encoding.GetBytes(Repository.Root)) < 0, entry.FullName));
        });
    }

    [Fact]
    public void Symbols_name_sources_by_their_place_in_the_repository_and_hold_them()
    {
        var embedded = new Guid("0E8A571B-6926-466E-B4AD-8AB04611F5FE"); // the portable format's mark of a source
        using var package = packages.Open("GateConnect.*.snupkg");
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(Bytes(package.GetEntry("lib/net10.0/GateConnect.pdb")!)));
        var symbols = provider.GetMetadataReader();
        var names = symbols.Documents.Select(document => symbols.GetString(symbols.GetDocument(document).Name)).ToList();
        Assert.Contains("/_/src/GateConnect/Training/TrainingLoop.cs", names);
        Assert.All(names, name => Assert.StartsWith("/_/", name, StringComparison.Ordinal));
        Assert.All(symbols.Documents, document => Assert.Contains(
            symbols.GetCustomDebugInformation(document), information => symbols.GetGuid(symbols.GetCustomDebugInformation(information).Kind) == embedded));
    }

    private static IEnumerable<string> Names(ZipArchive package) => package.Entries.Select(entry => entry.FullName);

    private static XDocument Description(ZipArchive package)
    {
        var description = package.Entries.Single(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal));
        return XDocument.Parse(Encoding.UTF8.GetString(Bytes(description)).TrimStart('\uFEFF'));
    }

    private static string Text(ZipArchive package, string name) => Encoding.UTF8.GetString(Bytes(package.GetEntry(name)!));

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}

// Data moves one way: a source file of the library names, in its using lines, only rooms upstream of its own
// (docs/decisions/0001).
using System.Text.RegularExpressions;
using GateConnect.Tests.Testing;

namespace GateConnect.Tests;

public sealed partial class FlowTests
{
    private static readonly string[] Flow =
    [
        "Runtime", "Data", "Architecture", "Kernels", "Model", "Training", "Pruning", "Export", "Reporting",
        "Experiments", "Cli",
    ];

    [Fact]
    public void Every_file_names_only_rooms_upstream_of_its_own()
    {
        var backward = SourceFiles().SelectMany(file => BackEdges(Path.GetRelativePath(Repository.Root, file), Room(file), File.ReadAllText(file)));
        Assert.Equal("", string.Join('\n', backward));
    }

    [Fact]
    public void Every_folder_of_the_library_is_a_room_of_the_flow() =>
        Assert.All(SourceFiles(), file => Assert.True(Step(Room(file)) >= 0, $"{file}: {Room(file)} is no room of the flow"));

    [Theory]
    [InlineData("Training", "using GateConnect.Model;", 0)]
    [InlineData("Model", "using GateConnect.Kernels;", 0)]
    [InlineData("Model", "using GateConnect.Training;", 1)]
    [InlineData("Data", "using GateConnect.Architecture;", 1)]
    [InlineData("Architecture", "using GateConnect.Data;", 0)]
    [InlineData("Data", "using static GateConnect.Export.Onnx;", 1)]
    [InlineData("Data", "using Net = GateConnect.Model.BranchNetwork;", 1)]
    [InlineData("Data", "var network = new GateConnect.Model.BranchNetwork();", 1)]
    [InlineData("Data", "/// <see cref=\"GateConnect.Model.BranchNetwork\"/>", 0)]
    [InlineData("Runtime", "using System.Text;", 0)]
    public void A_back_edge_is_found(string room, string text, int expected) =>
        Assert.Equal(expected, BackEdges("a file", room, text).Count());

    // Comments may point downstream: they tell a reader where to go on, and nothing depends on them.
    private static IEnumerable<string> BackEdges(string file, string room, string text) =>
        RoomName().Matches(Comment().Replace(text, "")).Select(match => match.Groups[1].Value).Distinct()
            .Where(named => named != room && Step(named) >= 0 && Step(named) > Step(room))
            .Select(named => $"{file}: {room} must not use {named}");

    private static int Step(string room) => Array.IndexOf(Flow, room);

    private static string Room(string file)
    {
        var parts = Path.GetRelativePath(Path.Combine(Repository.Root, "src"), file).Split(Path.DirectorySeparatorChar);
        return parts[0] == "GateConnect" ? parts[1] : parts[0].Split('.')[^1];
    }

    private static IEnumerable<string> SourceFiles() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?<![\w.])GateConnect\.([A-Z]\w*)")]
    private static partial Regex RoomName();
}

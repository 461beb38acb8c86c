// Where the native libraries of this program are: beside it (a build for one platform, a packaged tool), in the
// runtimes folder (a portable build), or where the host was told to look.
using TorchSharp;

namespace GateConnect.Runtime;

internal static class NativeFolder
{
    /// <summary>The path of the first file called <paramref name="name"/> among the folders searched, or null.</summary>
    public static string? Find(string name) =>
        Folders().Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Whether <paramref name="path"/> lies in TorchSharp's own package, which other programs share.</summary>
    public static bool IsSharedPackage(string path) =>
        Path.GetDirectoryName(path) is { } folder
        && File.Exists(Path.Combine(folder, "..", "..", "..", "torchsharp.nuspec"));

    private static IEnumerable<string> Folders()
    {
        var assembly = Path.GetDirectoryName(typeof(torch).Assembly.Location);
        string[] roots = string.IsNullOrEmpty(assembly) ? [AppContext.BaseDirectory] : [AppContext.BaseDirectory, assembly];
        foreach (var root in roots)
        {
            yield return root;
            yield return Path.Combine(root, "runtimes", "linux-x64", "native");
        }
        var told = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        foreach (var folder in told.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            yield return folder;
        }
    }
}

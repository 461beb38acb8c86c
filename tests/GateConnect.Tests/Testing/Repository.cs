// Where the sources are that some tests read: the folder above the test program that holds the solution.
namespace GateConnect.Tests.Testing;

internal static class Repository
{
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    private static string Find(DirectoryInfo? folder) => folder switch
    {
        null => throw new DirectoryNotFoundException($"no GateConnect.slnx above {AppContext.BaseDirectory}"),
        _ when File.Exists(Path.Combine(folder.FullName, "GateConnect.slnx")) => folder.FullName,
        _ => Find(folder.Parent),
    };
}

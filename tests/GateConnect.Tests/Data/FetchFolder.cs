// A folder that lives as long as a test.
namespace GateConnect.Tests.Data;

internal sealed class FetchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("gateconnect-test-").FullName;

    public string In(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    public string Write(string name, byte[] bytes)
    {
        var path = In(name.Split('/'));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public IEnumerable<string> Names(params string[] names)
    {
        var folder = In(names);
        return Directory.Exists(folder)
            ? Directory.EnumerateFileSystemEntries(folder).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal)!
            : [];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

// A folder of its own for a test that needs files, gone afterwards.
namespace GateConnect.Tests.Testing;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("gateconnect-test-").FullName;

    public string this[params string[] names] => System.IO.Path.Combine([Path, .. names]);

    /// <summary>Writes a file, its folders included, and returns its path.</summary>
    public string Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    /// <summary>The names of what is in a folder, in ordinal order; none where there is no such folder.</summary>
    public IEnumerable<string> Names(params string[] names) => Directory.Exists(this[names])
        ? Directory.EnumerateFileSystemEntries(this[names]).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal)!
        : [];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

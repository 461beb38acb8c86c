// A download that is not complete yet: NAME.part with the bytes so far and NAME.part.info with the address and the
// version of the file they belong to. Bytes of another address or version are never continued.
using GateConnect.Runtime;

namespace GateConnect.Data;

/// <summary>The bytes so far of a download to <paramref name="target"/>.</summary>
internal sealed class PartFile(string target)
{
    private readonly string info = $"{target}.part.info";

    /// <summary>The file with the bytes so far.</summary>
    public string Path { get; } = $"{target}.part";

    /// <summary>How many bytes there are.</summary>
    public long Length => File.Exists(Path) ? new FileInfo(Path).Length : 0;

    /// <summary>The version (ETag or date) these bytes belong to, or null if they cannot be continued from <paramref name="address"/>.</summary>
    public string? VersionAt(Uri address)
    {
        if (!File.Exists(Path) || !File.Exists(info))
        {
            return null;
        }
        var lines = File.ReadAllLines(info);
        return lines.Length == 2 && lines[0] == address.AbsoluteUri ? lines[1] : null;
    }

    /// <summary>Starts over with an empty file of the given version; null for a server that tells none.</summary>
    public void Begin(Uri address, string? version) => Writing(() =>
    {
        Delete();
        if (version is not null)
        {
            File.WriteAllLines(info, [address.AbsoluteUri, version]);
        }
        File.WriteAllBytes(Path, []);
    });

    /// <summary>Opens the file to append to; the caller disposes it.</summary>
    public FileStream OpenAppend()
    {
        FileStream? stream = null;
        Writing(() => stream = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0));
        return stream!;
    }

    /// <summary>Gives the file its final name.</summary>
    public void Complete() => Writing(() =>
    {
        using (var stream = new FileStream(Path, FileMode.Open, FileAccess.ReadWrite))
        {
            stream.Flush(flushToDisk: true);
        }
        File.Move(Path, target, overwrite: true);
        File.Delete(info);
    });

    /// <summary>Removes the bytes and what is known of them.</summary>
    public void Delete()
    {
        File.Delete(Path);
        File.Delete(info);
    }

    /// <summary>Carries out a write; a full disk or missing permission becomes an <see cref="OutputException"/>.</summary>
    public void Writing(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"{Path}: cannot be written ({exception.Message})", exception);
        }
    }
}

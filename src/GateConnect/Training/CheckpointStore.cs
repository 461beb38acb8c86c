// The folder of checkpoints: step-NUMBER.safetensors for the last few and best.safetensors. A new one is written beside the
// others, flushed, renamed, read back and compared before an older one goes; the newest whole one is the one that counts.
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using GateConnect.Model;
using GateConnect.Runtime;
using static TorchSharp.torch;

namespace GateConnect.Training;

/// <summary>A checkpoint that was found whole. Owns its tensors: dispose it.</summary>
internal sealed record FoundCheckpoint(string Path, SafetensorsContent Content) : IDisposable
{
    public void Dispose() => Content.Dispose();
}

/// <summary>Writes, finds and removes the files of checkpoints.</summary>
internal sealed partial class CheckpointStore(CheckpointOptions options)
{
    private const int BufferBytes = 1 << 16;

    // Version 1 kept a single file; it is refused by its version, not overlooked.
    private string FirstVersionsPath => Path.Combine(options.Folder, "state.safetensors");

    private string BestPath => Path.Combine(options.Folder, "best.safetensors");

    /// <summary>The checkpoint after so many steps.</summary>
    internal string PathOf(long step) =>
        Path.Combine(options.Folder, string.Create(CultureInfo.InvariantCulture, $"step-{step:0000000000}.safetensors"));

    /// <summary>Whether there are any, whole or not.</summary>
    internal bool IsEmpty => !Files().Any() && !File.Exists(FirstVersionsPath);

    /// <summary>Writes a checkpoint, verifies it and removes those that are no longer needed.</summary>
    /// <param name="step">Steps done; later checkpoints are of an abandoned course and go first.</param>
    /// <param name="stays">Steps whose checkpoints stay beside the last few.</param>
    /// <param name="tensors">What to keep.</param>
    /// <param name="metadata">What to keep beside; the checksums are added here.</param>
    /// <exception cref="OutputException">It cannot be written; what was there before is untouched.</exception>
    internal void Save(long step, Func<long, bool> stays, IReadOnlyList<(string Name, Tensor Value)> tensors, Dictionary<string, string> metadata)
    {
        CheckpointSeal.Add(tensors, metadata);
        var path = PathOf(step);
        var layout = new SafetensorsLayout(tensors, metadata);
        options.Writes.Write(() => WriteVerified(path, layout.ByteCount, layout.WriteTo));
        DropAfter(step);
        foreach (var (old, file) in Files().Skip(options.Keep))
        {
            if (!stays(old))
            {
                Remove(file);
            }
        }
    }

    /// <summary>Keeps the checkpoint of a step as the best one.</summary>
    internal void KeepAsBest(long step)
    {
        var path = PathOf(step);
        options.Writes.Write(() => WriteVerified(BestPath, new FileInfo(path).Length, stream =>
        {
            using var source = File.OpenRead(path);
            source.CopyTo(stream);
        }));
    }

    /// <summary>Removes the checkpoints after a step.</summary>
    internal void DropAfter(long step)
    {
        foreach (var (_, file) in Files().TakeWhile(entry => entry.Step > step))
        {
            Remove(file);
        }
    }

    /// <summary>The newest whole checkpoint; null where there is none at all.</summary>
    /// <exception cref="ModelFileException">There are some, but none is whole, or one is of another version.</exception>
    internal FoundCheckpoint? Newest()
    {
        ModelFileException? first = null;
        foreach (var file in Files().Select(entry => entry.Path).Append(FirstVersionsPath).Where(File.Exists))
        {
            try
            {
                return Open(file);
            }
            catch (ModelFileException damage) when (damage is not OtherVersionException)
            {
                first ??= damage;
                options.Note?.Invoke($"{damage.Message}; passed over");
            }
        }
        return first is null
            ? null
            : throw new ModelFileException($"{options.Folder}: no checkpoint is whole; the newest: {first.Message}", first);
    }

    /// <summary>Of the checkpoints of a kind the last one up to a step; the first one where all are later.</summary>
    /// <exception cref="ModelFileException">There is none.</exception>
    internal long LastOf(long step, Func<long, bool> kind)
    {
        var steps = Files().Select(file => file.Step).Where(kind).ToArray();
        return steps.Length == 0
            ? throw new ModelFileException($"{options.Folder}: no checkpoint of an epoch's end to go back to")
            : steps.First(found => found <= step || found == steps[^1]);
    }

    /// <summary>Reads one and checks every byte of it.</summary>
    /// <exception cref="ModelFileException">Missing or damaged.</exception>
    /// <exception cref="OtherVersionException">Another version of this software wrote it.</exception>
    internal static FoundCheckpoint Open(string path)
    {
        var content = SafetensorsFile.Read(path);
        try
        {
            CheckVersion(path, content.Metadata);
            return CheckpointSeal.Damage(content) is { } damage
                ? throw new ModelFileException($"{path}: {damage}; the file was changed or damaged")
                : new FoundCheckpoint(path, content);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private static void CheckVersion(string path, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.GetValueOrDefault("format") is var format && format != Checkpoint.Format)
        {
            throw new ModelFileException($"{path}: format is '{UntrustedText.Printable(format ?? "")}', expected '{Checkpoint.Format}'");
        }
        if (metadata.GetValueOrDefault("formatVersion") is var version && version != Checkpoint.Version)
        {
            throw new OtherVersionException(
                $"{path}: formatVersion is {UntrustedText.Printable(version ?? "missing")}, "
                + $"this version of the software goes on from {Checkpoint.Version}; use the version that wrote it, or start another run");
        }
    }

    // Newest first.
    private IEnumerable<(long Step, string Path)> Files() => !Directory.Exists(options.Folder) ? [] :
    [
        .. Directory.EnumerateFiles(options.Folder)
            .Select(path => (Match: Name().Match(Path.GetFileName(path)), Path: path))
            .Where(file => file.Match.Success)
            .Select(file => (Step: long.Parse(file.Match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), file.Path))
            .OrderByDescending(file => file.Step),
    ];

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"{path}: an older checkpoint cannot be removed: {failure.Message}", failure);
        }
    }

    private void WriteVerified(string path, long byteCount, Action<Stream> write)
    {
        using var hash = SHA256.Create();
        AtomicFile.Write(path, stream =>
        {
            using var hashed = new CryptoStream(options.Through(stream), hash, CryptoStreamMode.Write, leaveOpen: true);
            using var buffered = new BufferedStream(hashed, BufferBytes);
            write(buffered);
        }, byteCount);
        if (!hash.Hash.AsSpan().SequenceEqual(HashOf(path)))
        {
            throw new OutputException($"{path}: what was written is not what is read back", new IOException("the device failed", SystemErrors.DeviceFailure));
        }
    }

    private static byte[] HashOf(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return SHA256.HashData(stream);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"{path}: cannot be read back: {failure.Message}", failure);
        }
    }

    [GeneratedRegex("^step-([0-9]{10})\\.safetensors$")]
    private static partial Regex Name();
}

// TorchSharp's native half is linked against a newer libstdc++ than Debian 12 and Ubuntu 22.04 have, for the sake of
// one symbol version that nothing calls. Marking that version weak in the copy beside our program lets the loader
// accept it (docs/decisions/0002). The file is often a hard link into the package cache, so it is never written to:
// a patched copy is made next to it and renamed over it. Two processes that do so at once write equal files.
using System.Buffers.Binary;

namespace GateConnect.Runtime;

/// <summary>Marks one symbol version of a shared library as weak.</summary>
internal static class WeakVersionPatch
{
    /// <summary>Makes the library at <paramref name="path"/> do without <paramref name="version"/>.</summary>
    /// <returns>Whether the file had to be replaced; false where the version is weak already or not asked for.</returns>
    /// <exception cref="InvalidDataException">The file is not a readable ELF library.</exception>
    /// <exception cref="IOException">The file cannot be read, or no file can be written beside it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static bool Apply(string path, string version)
    {
        var bytes = File.ReadAllBytes(path);
        if (!Mark(bytes, version))
        {
            return false;
        }
        Replace(path, bytes);
        return true;
    }

    /// <summary>Sets the weak flag in <paramref name="bytes"/>; false where nothing had to change.</summary>
    /// <exception cref="InvalidDataException">Not a readable ELF library.</exception>
    public static bool Mark(byte[] bytes, string version)
    {
        var changed = false;
        foreach (var need in VersionNeeds.Read(new ElfImage(bytes)))
        {
            if (need.Version == version && !need.IsWeak)
            {
                var flags = (ushort)(need.Flags | VersionNeed.WeakFlag);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(need.FlagsOffset), flags);
                changed = true;
            }
        }
        return changed;
    }

    // Keeps size, mode and modification time, so that an incremental build sees nothing to copy again.
    private static void Replace(string path, byte[] bytes)
    {
        var temporary = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():n}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(path));
            }
            File.SetLastWriteTimeUtc(temporary, File.GetLastWriteTimeUtc(path));
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
